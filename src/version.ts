/** How jackdaw names itself on the wire; `version` equals package.json's (a test compares them). */
export const SDK: { readonly name: string; readonly version: string } = { name: 'jackdaw.node', version: '0.1.0' };
