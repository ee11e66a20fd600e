// Bundled from src/server/playground/browser by `npm run playground`. Do not edit.
(function() {
	// src/server/playground/browser/find-deltas.ts
	const KINDS = /* @__PURE__ */ new Map([["ReasoningDelta", "reasoning"], ["TextDelta", "text"]]);
	const findDelta = (event) => {
		if (typeof event !== "object" || event === null) return void 0;
		const { __typename, text } = event;
		const kind = KINDS.get(__typename);
		return kind === void 0 || typeof text !== "string" ? void 0 : {
			kind,
			text
		};
	};
	/** The deltas in a message of graphql-transport-ws, in their order; undefined where it carries none. */
	const findDeltas = (message) => {
		if (!message.includes("Delta")) return void 0;
		const { id, type, payload } = JSON.parse(message);
		if (type !== "next" || id === void 0) return void 0;
		const deltas = Object.values(payload?.data ?? {}).flatMap((event) => findDelta(event) ?? []);
		return deltas.length === 0 ? void 0 : {
			operationId: id,
			deltas
		};
	};
	// src/server/playground/browser/keep-active-tab.ts
	const findActiveTab = (stored) => {
		if (stored === null) return void 0;
		try {
			const { activeTabIndex, tabs } = JSON.parse(stored);
			return tabs?.[activeTabIndex ?? -1];
		} catch (error) {
			if (error instanceof SyntaxError) return void 0;
			throw error;
		}
	};
	/**
	* Makes GraphiQL open with the tab that was active before a reload. GraphiQL activates the tab whose query and
	* variables are those edited last, and adds an empty tab where there is none, such as after a reload before any edit
	* (seen in `@graphql-yoga/render-graphiql` 5.24.1, which names these keys).
	*/
	const keepActiveTab = (storage) => {
		const tab = findActiveTab(storage.getItem("graphiql:tabState"));
		if (tab === void 0) return;
		for (const name of ["query", "variables"]) {
			const value = tab[name];
			if (typeof value === "string") storage.setItem(`graphiql:${name}`, value);
			else storage.removeItem(`graphiql:${name}`);
		}
	};
	// src/server/playground/browser/key-store.ts
	const KEY = "modelgraph:key";
	const createKeyStore = (storage) => ({
		findAuthorization: () => {
			const key = storage.getItem(KEY);
			return key === null ? void 0 : `Bearer ${key}`;
		},
		setKey: (key) => storage.setItem(KEY, key)
	});
	// src/server/playground/browser/playground-fetch.ts
	/** A `fetch` that sends the key to the page's own server, and to no other. */
	const createPlaygroundFetch = (fetch, { pageUrl, findAuthorization, onRequest, onUnauthorized }) => {
		const { origin } = new URL(pageUrl);
		return async (input, init) => {
			const isRequest = input instanceof Request;
			if (new URL(isRequest ? input.url : input, pageUrl).origin !== origin) return fetch(input, init);
			onRequest();
			const headers = new Headers(init?.headers ?? (isRequest ? input.headers : void 0));
			const authorization = findAuthorization();
			if (authorization !== void 0 && !headers.has("authorization")) headers.set("authorization", authorization);
			const response = await fetch(input, {
				...init,
				headers
			});
			if (response.status === 401) onUnauthorized();
			return response;
		};
	};
	// src/server/playground/browser/playground-web-socket.ts
	/** Close codes of a server that does not accept the key: Unauthorized; Forbidden from servers up to 0.1. */
	const UNAUTHORIZED_CODES = /* @__PURE__ */ new Set([4401, 4403]);
	/** The `connection_init` message with the key in its payload, where the payload has none; other messages as they are. */
	const withAuthorization = (message, authorization) => {
		if (!message.includes("\"connection_init\"")) return message;
		const parsed = JSON.parse(message);
		if (parsed.type !== "connection_init") return message;
		return JSON.stringify({
			...parsed,
			payload: {
				authorization,
				...parsed.payload
			}
		});
	};
	/**
	* A `WebSocket` that gives the key to the page's own server in `connection_init`, since a browser sends no headers of
	* a page's choice with a WebSocket.
	*/
	const createPlaygroundWebSocket = (Base, { pageUrl, findAuthorization, onMessage, onUnauthorized }) => {
		const { host } = new URL(pageUrl);
		return class PlaygroundWebSocket extends Base {
			#isOurs;
			constructor(url, protocols) {
				super(url, protocols);
				this.#isOurs = new URL(url, pageUrl).host === host;
				if (!this.#isOurs) return;
				this.addEventListener("message", ({ data }) => {
					if (typeof data === "string") onMessage(data);
				});
				this.addEventListener("close", ({ code }) => {
					if (UNAUTHORIZED_CODES.has(code)) onUnauthorized();
				});
			}
			send(data) {
				const authorization = this.#isOurs ? findAuthorization() : void 0;
				const isText = typeof data === "string";
				super.send(isText && authorization !== void 0 ? withAuthorization(data, authorization) : data);
			}
		};
	};
	// src/server/playground/browser/show-key-prompt.ts
	const ID = "key-prompt";
	/** Shows the form that asks for the server's key. Does nothing while the form is shown already. */
	const showKeyPrompt = (document, { wasRefused, onKey }) => {
		if (document.getElementById(ID) !== null) return;
		const form = document.createElement("form");
		form.id = ID;
		const label = document.createElement("label");
		label.textContent = wasRefused ? "The key was refused: " : "This server asks for a key: ";
		const input = document.createElement("input");
		input.type = "password";
		input.autocomplete = "off";
		input.placeholder = "mg_…";
		input.required = true;
		input.pattern = "\\s*[!-~]+\\s*";
		input.title = "A key has letters, digits and punctuation of ASCII only.";
		label.append(input);
		const button = document.createElement("button");
		button.textContent = "Use key";
		form.append(label, button);
		form.addEventListener("submit", (submission) => {
			submission.preventDefault();
			onKey(input.value.trim());
		});
		document.body.append(form);
		input.focus();
	};
	// src/server/playground/browser/transcript.ts
	const createPanel = (document) => {
		const section = document.createElement("section");
		section.id = "transcript";
		section.setAttribute("aria-label", "Transcript");
		const header = document.createElement("header");
		const close = document.createElement("button");
		close.type = "button";
		close.textContent = "✕";
		close.setAttribute("aria-label", "Close the transcript");
		close.addEventListener("click", () => {
			section.hidden = true;
		});
		header.append("Transcript", close);
		const body = document.createElement("div");
		const reasoning = document.createElement("p");
		reasoning.className = "reasoning";
		const text = document.createElement("p");
		body.append(reasoning, text);
		section.append(header, body);
		document.body.append(section);
		return {
			section,
			body,
			reasoning,
			text
		};
	};
	/** The panel is added to the document with the first delta. */
	const createTranscript = (document) => {
		let panel;
		let shownId;
		return {
			append: ({ operationId, deltas }) => {
				panel ??= createPanel(document);
				const { section, body } = panel;
				if (operationId !== shownId) {
					shownId = operationId;
					panel.reasoning.textContent = "";
					panel.text.textContent = "";
					section.hidden = false;
				}
				for (const { kind, text } of deltas) panel[kind].append(text);
				body.scrollTop = body.scrollHeight;
			},
			hide: () => {
				if (panel !== void 0) panel.section.hidden = true;
			}
		};
	};
	// src/server/playground/browser/main.ts
	const { findAuthorization, setKey } = createKeyStore(window.sessionStorage);
	const transcript = createTranscript(document);
	const pageUrl = window.location.href;
	const onUnauthorized = () => showKeyPrompt(document, {
		wasRefused: findAuthorization() !== void 0,
		onKey: (key) => {
			setKey(key);
			window.location.reload();
		}
	});
	window.fetch = createPlaygroundFetch(window.fetch.bind(window), {
		pageUrl,
		findAuthorization,
		onRequest: transcript.hide,
		onUnauthorized
	});
	window.WebSocket = createPlaygroundWebSocket(window.WebSocket, {
		pageUrl,
		findAuthorization,
		onMessage: (message) => {
			const found = findDeltas(message);
			if (found !== void 0) transcript.append(found);
		},
		onUnauthorized
	});
	keepActiveTab(window.localStorage);
})();
