/** One subject, one question, one fresh process: `node measure-once.mjs <question> <subject> <quick>`. */
import { subjects } from '../subjects.mjs';

const [name, subject, quick] = process.argv.slice(2);
const question = await import(`../${name}.mjs`);
process.send(await question.measure(subjects[subject], { quick: quick === 'true' }));
process.disconnect();
