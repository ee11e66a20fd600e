const VENDOR_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** What `isVendorName` asks of a name, in words. */
export const VENDOR_NAME_RULE = '1 to 64 letters, digits, _ and -';

/** Whether every vendor takes it as the name of a function or a schema. */
export const isVendorName = (name: string): boolean => VENDOR_NAME.test(name);
