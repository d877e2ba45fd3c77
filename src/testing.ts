export { type MemoryTransport, memoryTransport } from './transport/memory.js';
