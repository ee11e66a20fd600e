// Bundled from src/server/playground/browser by `npm run playground`. Do not edit.
(function() {
	// src/server/playground/browser/keep-active-tab.ts
	const parseState = (stored) => {
		if (stored === null) return void 0;
		try {
			return JSON.parse(stored);
		} catch (error) {
			if (error instanceof SyntaxError) return void 0;
			throw error;
		}
	};
	/**
	* Makes GraphiQL open with the tab that was active before a reload. GraphiQL activates the tab whose query and
	* variables are those edited last, or whose query is in the address, and adds a tab where there is none (seen in
	* `@graphql-yoga/render-graphiql` 5.24.1, which names these keys). Gives the address to go on with: without the query of
	* an open tab. The query of a link that was followed stays in it, and opens a tab of its own.
	*/
	const keepActiveTab = (storage, pageUrl) => {
		const { activeTabIndex = -1, tabs = [] } = parseState(storage.getItem("graphiql:tabState")) ?? {};
		const url = new URL(pageUrl);
		const asked = url.searchParams.get("query");
		if (asked !== null && tabs.some(({ query }) => query === asked)) url.searchParams.delete("query");
		const tab = tabs[activeTabIndex];
		if (tab === void 0) return url.href;
		for (const name of ["query", "variables"]) {
			const value = tab[name];
			if (typeof value === "string") storage.setItem(`graphiql:${name}`, value);
			else storage.removeItem(`graphiql:${name}`);
		}
		return url.href;
	};
	/**
	* Stores which tab is active as the page is left: GraphiQL does so half a second after the change, which a quick reload
	* does not wait for. Does nothing where other tabs are stored than the page has.
	*/
	const storeActiveTab = (storage, activeTabIndex, tabCount) => {
		const state = parseState(storage.getItem("graphiql:tabState"));
		if (activeTabIndex === -1 || state?.tabs?.length !== tabCount) return;
		storage.setItem("graphiql:tabState", JSON.stringify({
			...state,
			activeTabIndex
		}));
	};
	/** Servers refuse longer addresses. */
	const MAX_ADDRESS_LENGTH = 4e3;
	/** The address that GraphiQL wishes for, without its query where that makes it too long to be loaded again. */
	const toShortAddress = (address, pageUrl) => {
		const url = new URL(address, pageUrl);
		if (url.href.length > MAX_ADDRESS_LENGTH) url.searchParams.delete("query");
		return url.href;
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
	const createPlaygroundFetch = (fetch, { pageUrl, findAuthorization, onUnauthorized }) => {
		const { origin } = new URL(pageUrl);
		return async (input, init) => {
			const isRequest = input instanceof Request;
			if (new URL(isRequest ? input.url : input, pageUrl).origin !== origin) return fetch(input, init);
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
	const createPlaygroundWebSocket = (Base, { pageUrl, findAuthorization, onSend, onMessage, onUnauthorized }) => {
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
				if (isText && this.#isOurs) onSend(data);
				super.send(isText && authorization !== void 0 ? withAuthorization(data, authorization) : data);
			}
		};
	};
	// src/server/playground/browser/read-operation-message.ts
	const KINDS = /* @__PURE__ */ new Map([
		["GenerationStarted", "started"],
		["ReasoningDelta", "reasoning"],
		["TextDelta", "text"],
		["ToolCallDelta", "tool-call"],
		["ActionRequired", "action-required"],
		["CitationAdded", "citation"],
		["UsageUpdated", "usage"],
		["WarningRaised", "warning"],
		["GenerationCompleted", "completed"],
		["GenerationFailed", "failed"],
		["GenerationCancelled", "cancelled"]
	]);
	const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
	const toChange = (event) => {
		if (!isRecord(event)) return [];
		const kind = KINDS.get(event["__typename"]);
		return kind === void 0 ? [] : [{
			kind,
			event
		}];
	};
	/** An error of GraphQL in the form of a failure in the stream: the code is among its extensions. */
	const toFailure = (errors) => {
		const first = Array.isArray(errors) ? errors[0] : void 0;
		if (!isRecord(first)) return [];
		const { message, extensions } = first;
		return [{
			kind: "failed",
			event: { error: {
				message,
				code: isRecord(extensions) ? extensions["code"] : void 0
			} }
		}];
	};
	/** Reads a message of graphql-transport-ws; undefined where it says nothing for a transcript. */
	const readOperationMessage = (message) => {
		const { id, type, payload } = JSON.parse(message);
		if (id === void 0) return void 0;
		if (type === "error") return {
			operationId: id,
			changes: toFailure(payload)
		};
		if (type !== "next" || !isRecord(payload)) return void 0;
		const changes = [...(isRecord(payload["data"]) ? Object.values(payload["data"]) : []).flatMap(toChange), ...toFailure(payload["errors"])];
		return changes.length === 0 ? void 0 : {
			operationId: id,
			changes
		};
	};
	/** The id under which a message starts an operation; undefined for every other message. */
	const findStartedOperation = (message) => {
		if (!message.includes("\"subscribe\"")) return void 0;
		const { id, type } = JSON.parse(message);
		return type === "subscribe" ? id : void 0;
	};
	// src/server/playground/browser/show-key-prompt.ts
	const ID = "key-prompt";
	/** Shows the form that asks for the server's key. Does nothing while the form is shown already. */
	const showKeyPrompt = (document, { wasRefused, onKey }) => {
		if (document.getElementById(ID) !== null) return;
		const form = document.createElement("form");
		form.id = ID;
		const label = document.createElement("label");
		label.textContent = wasRefused ? "The key was refused, or has expired: " : "This server asks for a key or a token: ";
		const input = document.createElement("input");
		input.type = "password";
		input.autocomplete = "off";
		input.placeholder = "mg_… or a token";
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
	// src/server/playground/browser/transcript-state.ts
	const EMPTY_TRANSCRIPT = {
		status: "running",
		model: void 0,
		reasoning: "",
		text: "",
		toolCalls: /* @__PURE__ */ new Map(),
		sources: /* @__PURE__ */ new Map(),
		warnings: [],
		failure: void 0,
		finishReason: void 0,
		counts: {}
	};
	const textOf = (value) => typeof value === "string" ? value : void 0;
	const fieldOf = (value, name) => isRecord(value) ? value[name] : void 0;
	/** The text with a delta at its offset: a delta that comes again replaces itself. */
	const addDelta = (text, event) => {
		const { offset } = event;
		return (typeof offset === "number" ? text.slice(0, offset) : text) + (textOf(event["text"]) ?? "");
	};
	const COUNTS = [
		["inputTokens", "in"],
		["outputTokens", "out"],
		["reasoningTokens", "reasoning"],
		["totalTokens", "tokens"]
	];
	const readCounts = (event) => {
		const from = fieldOf(event, "generation") ?? event;
		const usage = fieldOf(from, "usage");
		const total = fieldOf(fieldOf(from, "cost"), "total");
		const firstDeltaMs = fieldOf(from, "firstDeltaMs");
		const counts = COUNTS.flatMap(([field, label]) => {
			const count = fieldOf(usage, field);
			return typeof count === "number" ? [[label, count.toLocaleString("en")]] : [];
		});
		return {
			...Object.fromEntries(counts),
			...total !== void 0 && total !== null && { cost: `$${Number(total)}` },
			...typeof firstDeltaMs === "number" && { "first delta": `${firstDeltaMs} ms` }
		};
	};
	const readToolCalls = (event, before) => {
		const calls = new Map(before);
		for (const call of Array.isArray(event["toolCalls"]) ? event["toolCalls"] : []) {
			const name = textOf(fieldOf(call, "name")) ?? "function";
			const id = textOf(fieldOf(call, "callId")) ?? name;
			const given = fieldOf(call, "arguments");
			const argumentsText = given === void 0 ? calls.get(id)?.argumentsText ?? "" : JSON.stringify(given);
			calls.set(id, {
				name,
				argumentsText,
				waits: true
			});
		}
		return calls;
	};
	const addToolCallDelta = (event, before) => {
		const name = textOf(event["name"]) ?? "function";
		const id = textOf(event["callId"]) ?? name;
		const argumentsText = (before.get(id)?.argumentsText ?? "") + (textOf(event["argumentsDelta"]) ?? "");
		return new Map(before).set(id, {
			name,
			argumentsText,
			waits: false
		});
	};
	const toFailureText = (error) => [textOf(fieldOf(error, "code")), textOf(fieldOf(error, "message"))].filter((text) => text !== void 0).join(": ") || "The generation failed.";
	/** Pure: the state after a change. */
	const applyChange = (state, { kind, event }) => {
		const counts = {
			...state.counts,
			...readCounts(event)
		};
		switch (kind) {
			case "started": return {
				...state,
				status: "running",
				model: textOf(fieldOf(event["model"], "name"))
			};
			case "reasoning": return {
				...state,
				reasoning: addDelta(state.reasoning, event)
			};
			case "text": return {
				...state,
				status: "running",
				text: addDelta(state.text, event)
			};
			case "tool-call": return {
				...state,
				toolCalls: addToolCallDelta(event, state.toolCalls)
			};
			case "action-required": return {
				...state,
				status: "waiting",
				toolCalls: readToolCalls(event, state.toolCalls)
			};
			case "citation": {
				const url = textOf(fieldOf(event["citation"], "url"));
				if (url === void 0) return state;
				const title = textOf(fieldOf(event["citation"], "title")) ?? url;
				return {
					...state,
					sources: new Map(state.sources).set(url, title)
				};
			}
			case "usage": return {
				...state,
				counts
			};
			case "warning": {
				const message = textOf(fieldOf(event["warning"], "message"));
				return message === void 0 ? state : {
					...state,
					warnings: [...state.warnings, message]
				};
			}
			case "completed": return {
				...state,
				status: "completed",
				finishReason: textOf(event["finishReason"]),
				counts
			};
			case "failed": return {
				...state,
				status: "failed",
				failure: toFailureText(event["error"]),
				counts
			};
			case "cancelled": return {
				...state,
				status: "cancelled",
				counts
			};
		}
	};
	// src/server/playground/browser/create-hint.ts
	const LINES = [
		["Stream", "reasoning and text as typed events"],
		["Tools", "a model that calls your function"],
		["Structured", "JSON that follows your schema, as it grows"],
		["Resume", "a stream that goes on where it was lost"],
		["Capabilities", "what each model can do, and what it costs"]
	];
	/** What there is to see, in place of a response that has not come yet. The styles hide it once there is one. */
	const createHint = () => {
		const section = document.createElement("section");
		section.id = "hint";
		section.setAttribute("aria-label", "How to begin");
		const title = document.createElement("h2");
		title.textContent = "Every text model behind one typed GraphQL API";
		const advice = document.createElement("p");
		advice.textContent = "Press ▶ or Ctrl-Enter to run the tab. The demo models need no key. ";
		const list = document.createElement("dl");
		for (const [name, text] of LINES) {
			const term = document.createElement("dt");
			term.textContent = name;
			const description = document.createElement("dd");
			description.textContent = text;
			list.append(term, description);
		}
		section.append(title, advice, list);
		return section;
	};
	// src/server/playground/browser/render-markdown.ts
	/** Longer texts, in UTF-16 code units, are shown as they are: they are rendered anew with each frame. */
	const MAX_RENDERED_LENGTH = 2e4;
	const INLINE = /(`[^`\n]+`)|\*\*([^*\n]+)(?:\*\*|$)|\*([^*\n]+)\*|\[([^\]\n]+)\]\((https?:\/\/[^)\s]+)\)/g;
	const createElement = (name, ...content) => {
		const element = document.createElement(name);
		element.append(...content);
		return element;
	};
	const renderInline = (text) => {
		const fragment = document.createDocumentFragment();
		let at = 0;
		for (const match of text.matchAll(INLINE)) {
			const [whole, code, strong, emphasis, label, address] = match;
			fragment.append(text.slice(at, match.index));
			at = match.index + whole.length;
			if (code !== void 0) fragment.append(createElement("code", code.slice(1, -1)));
			else if (strong !== void 0) fragment.append(createElement("strong", renderInline(strong)));
			else if (emphasis !== void 0) fragment.append(createElement("em", emphasis));
			else fragment.append(renderLink(label ?? "", address ?? ""));
		}
		fragment.append(text.slice(at));
		return fragment;
	};
	/** A link to another page, which learns nothing of this one. */
	const renderLink = (label, address) => {
		const link = createElement("a", label);
		link.href = address;
		link.target = "_blank";
		link.rel = "noopener noreferrer";
		return link;
	};
	const cellsOf = (line) => line.replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
	const renderRow = (line, cell) => createElement("tr", ...cellsOf(line).map((text) => createElement(cell, renderInline(text))));
	const renderTable = ([head = "", , ...rows]) => createElement("table", createElement("thead", renderRow(head, "th")), createElement("tbody", ...rows.map((row) => renderRow(row, "td"))));
	const LIST_ITEM = /^( *)(?:[-*]|(\d+)\.) (.*)$/;
	/** A nested list is shown at its depth. */
	const renderList = (lines) => {
		const isOrdered = /^ *\d/.test(lines[0] ?? "");
		const items = lines.map((line) => {
			const [, indent = "", , text = line] = LIST_ITEM.exec(line) ?? [];
			const item = createElement("li", renderInline(text));
			item.style.marginLeft = `${indent.length * 8}px`;
			return item;
		});
		return createElement(isOrdered ? "ol" : "ul", ...items);
	};
	const renderBlock = (block) => {
		const lines = block.split("\n");
		const [first = ""] = lines;
		const heading = /^(#{1,4}) (.*)$/.exec(first);
		if (first.startsWith("```")) return createElement("pre", createElement("code", lines.slice(1).join("\n").replace(/\n?```$/, "")));
		if (heading !== null) return createElement("h3", renderInline(heading[2] ?? ""));
		if (first.startsWith("|") && lines.length > 1) return renderTable(lines);
		if (LIST_ITEM.test(first)) return renderList(lines);
		if (first.startsWith("> ")) return createElement("blockquote", renderInline(lines.map((line) => line.replace(/^> ?/, "")).join(" ")));
		return /^-{3,}$/.test(block) ? createElement("hr") : createElement("p", renderInline(lines.join("\n")));
	};
	/** Paragraphs, fences kept whole. */
	const toBlocks = (text) => text.split(/(^```[^]*?(?:^```$|$(?![^])))/m).flatMap((piece) => piece.startsWith("```") ? [piece] : piece.split(/\n{2,}/)).map((block) => block.replace(/^\n+|\s+$/g, "")).filter((block) => block !== "");
	/** What markdown there usually is in an answer, as elements: no HTML of the text is ever interpreted. */
	const renderMarkdown = (text) => text.length > MAX_RENDERED_LENGTH ? [text] : toBlocks(text).map(renderBlock);
	// src/server/playground/browser/transcript-view.ts
	const STATUS_LABELS = {
		running: "Streaming…",
		waiting: "Waits for your tool results",
		completed: "Completed",
		failed: "Failed",
		cancelled: "Cancelled"
	};
	const createPart = (name, className) => {
		const part = document.createElement(name);
		part.className = className;
		return part;
	};
	const toStatus = ({ status, finishReason }) => {
		const label = STATUS_LABELS[status];
		return finishReason === void 0 || finishReason === "STOP" ? label : `${label}: ${finishReason}`;
	};
	const renderCalls = ({ toolCalls }) => [...toolCalls.values()].map(({ name, argumentsText }) => {
		const call = createPart("code", "call");
		const strong = document.createElement("strong");
		strong.textContent = name;
		call.append(strong, `(${argumentsText})`);
		return call;
	});
	const renderSources = ({ sources }) => [...sources].map(([address, title]) => {
		const item = document.createElement("li");
		item.append(address.startsWith("https://") ? renderLink(title, address) : title);
		return item;
	});
	const renderCounts = ({ model, counts }) => [...model === void 0 ? [] : [["model", model]], ...Object.entries(counts)].map(([label = "", value = ""]) => {
		const count = document.createElement("span");
		const number = document.createElement("b");
		number.textContent = value;
		count.append(`${label} `, number);
		return count;
	});
	const createTranscriptView = (onClose) => {
		const section = createPart("section", "");
		section.id = "transcript";
		section.setAttribute("aria-label", "Transcript");
		const header = createPart("header", "");
		const status = createPart("span", "status");
		status.setAttribute("role", "status");
		const close = document.createElement("button");
		close.type = "button";
		close.textContent = "✕";
		close.setAttribute("aria-label", "Close the transcript");
		close.addEventListener("click", onClose);
		header.append(status, close);
		const body = createPart("div", "body");
		body.tabIndex = 0;
		const reasoning = createPart("p", "reasoning");
		const calls = createPart("div", "calls");
		const text = createPart("div", "text");
		const failure = createPart("p", "failure");
		const sources = createPart("ol", "sources");
		const warnings = createPart("p", "warnings");
		body.append(reasoning, calls, text, failure, sources, warnings);
		const footer = createPart("footer", "");
		section.append(header, body, footer);
		return {
			section,
			show: (state) => {
				section.dataset["status"] = state.status;
				if (status.textContent !== toStatus(state)) status.textContent = toStatus(state);
				const isAtEnd = body.scrollHeight - body.scrollTop - body.clientHeight < 40;
				reasoning.textContent = state.reasoning;
				calls.replaceChildren(...renderCalls(state));
				text.replaceChildren(...renderMarkdown(state.text));
				failure.textContent = state.failure ?? "";
				sources.replaceChildren(...renderSources(state));
				warnings.textContent = state.warnings.join(" ");
				footer.replaceChildren(...renderCounts(state));
				if (isAtEnd) body.scrollTop = body.scrollHeight;
			}
		};
	};
	// src/server/playground/browser/transcripts.ts
	const findActiveTab = () => document.querySelector(".graphiql-tab-active") ?? void 0;
	/** GraphiQL keeps the element of a tab for as long as the tab is open. */
	const createTranscripts = () => {
		const tabOf = /* @__PURE__ */ new Map();
		const latestIn = /* @__PURE__ */ new WeakMap();
		const shownIn = /* @__PURE__ */ new WeakMap();
		let isDue = false;
		const view = createTranscriptView(() => {
			const tab = findActiveTab();
			if (tab === void 0) return;
			latestIn.delete(tab);
			shownIn.delete(tab);
			schedule();
		});
		const hint = createHint();
		const show = () => {
			isDue = false;
			const tab = findActiveTab();
			const shown = tab === void 0 ? void 0 : shownIn.get(tab);
			const response = document.querySelector(".graphiql-response");
			if (response === null) return;
			if (shown === void 0) {
				view.section.remove();
				if (hint.parentElement !== response) response.prepend(hint);
				return;
			}
			hint.remove();
			if (view.section.parentElement !== response) response.prepend(view.section);
			view.show(shown);
		};
		const schedule = () => {
			if (isDue) return;
			isDue = true;
			requestAnimationFrame(show);
		};
		new MutationObserver((changes) => {
			if (changes.some(({ target }) => target instanceof Element && target.closest(".graphiql-tabs") !== null)) schedule();
		}).observe(document, {
			subtree: true,
			attributes: true,
			attributeFilter: ["class"]
		});
		const start = new MutationObserver(() => {
			if (document.querySelector(".graphiql-response") === null) return;
			start.disconnect();
			schedule();
		});
		start.observe(document, {
			subtree: true,
			childList: true
		});
		return {
			begin: (operationId) => {
				const tab = findActiveTab();
				if (tab === void 0) return;
				tabOf.set(operationId, tab);
				latestIn.set(tab, operationId);
				shownIn.delete(tab);
				schedule();
			},
			apply: ({ operationId, changes }) => {
				const tab = tabOf.get(operationId);
				if (tab === void 0 || latestIn.get(tab) !== operationId) return;
				shownIn.set(tab, changes.reduce(applyChange, shownIn.get(tab) ?? EMPTY_TRANSCRIPT));
				schedule();
			}
		};
	};
	// src/server/playground/browser/main.ts
	const { findAuthorization, setKey } = createKeyStore(window.sessionStorage);
	const transcripts = createTranscripts();
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
		onUnauthorized
	});
	window.WebSocket = createPlaygroundWebSocket(window.WebSocket, {
		pageUrl,
		findAuthorization,
		onSend: (message) => {
			const operationId = findStartedOperation(message);
			if (operationId !== void 0) transcripts.begin(operationId);
		},
		onMessage: (message) => {
			const found = readOperationMessage(message);
			if (found !== void 0) transcripts.apply(found);
		},
		onUnauthorized
	});
	const replaceState = history.replaceState.bind(history);
	replaceState(history.state, "", keepActiveTab(window.localStorage, pageUrl));
	history.replaceState = (state, unused, address) => replaceState(state, unused, address == null ? address : toShortAddress(address, pageUrl));
	window.addEventListener("pagehide", () => {
		const tabs = [...document.querySelectorAll(".graphiql-tab")];
		const active = tabs.findIndex((tab) => tab.classList.contains("graphiql-tab-active"));
		storeActiveTab(window.localStorage, active, tabs.length);
	});
})();
