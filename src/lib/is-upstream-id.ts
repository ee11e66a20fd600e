const ID = /^[A-Za-z0-9][\w.:/@-]{0,127}$/;

/** Whether a text may be the id of a model at a vendor, where it may be a part of an address: two dots lead elsewhere. */
export const isUpstreamId = (id: string): boolean => ID.test(id) && !id.includes('..');
