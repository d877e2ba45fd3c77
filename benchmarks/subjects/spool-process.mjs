export const modules = [];

export const sync = 'process';
