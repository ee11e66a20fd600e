// Imported before everything else: the recipes read it as they are loaded.
globalThis.serverUrl = new URLSearchParams(location.search).get('server') ?? '';
