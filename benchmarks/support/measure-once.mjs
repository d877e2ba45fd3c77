/** One subject, one question, one fresh process: `node measure-once.mjs <question> <condition> <subject> <quick>`. */
const [name, condition, subject, quick] = process.argv.slice(2);
const { measure } = await import(`../${name}.mjs`);
const result = await measure(await import(`../subjects/${subject}.mjs`), {
  condition,
  subject,
  quick: quick === 'true',
});
// Some of what is measured would keep the process alive beside the next.
process.send(result, () => process.exit());
