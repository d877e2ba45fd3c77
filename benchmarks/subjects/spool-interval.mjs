export const modules = [];

export const sync = 'interval';
