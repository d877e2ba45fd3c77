export const modules = [];

export const sync = 'always';
