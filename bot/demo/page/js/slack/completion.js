// What "/" and "@" offer while somebody types, and how a typed name becomes a mention. Pure.

/** [{id, title, usage, about, whole}]: `whole` when what is typed is complete already. */
export function completions(state, text, thread) {
  if (text.startsWith("/") && !thread) return commands(state, text);
  const found = /(?:^|\s)@([\w.]*)$/.exec(text);
  return found ? people(state, found[1].toLowerCase()) : [];
}

function commands(state, text) {
  const [word, ...rest] = text.split(" ");
  return state.slack.commands
    .filter((one) => (rest.length ? one.command === word : one.command.startsWith(word)))
    .map((one) => ({
      id: one.command,
      title: one.command,
      usage: one.usage_hint,
      about: one.description,
      whole: one.command === word,
    }));
}

function people(state, typed) {
  const { app } = state.slack;
  const all = [{ id: app.user_id, name: app.name, title: "App" }, ...state.slack.people];
  return all
    .filter((one) => one.name.toLowerCase().startsWith(typed) && one.id !== state.me)
    .map((one) => ({
      id: one.id,
      title: `@${one.name}`,
      usage: "",
      about: one.title,
      whole: one.name.toLowerCase() === typed,
    }));
}

export function complete(text, one) {
  if (one.title.startsWith("/")) return text.startsWith(`${one.title} `) ? text : `${one.title} `;
  return text.replace(/@[\w.]*$/, `${one.title} `);
}

/** What was typed, with @names and #channels as Slack writes them. */
export function linked(state, text) {
  const { app } = state.slack;
  const names = [
    [app.name, app.user_id],
    ...state.slack.people.flatMap((one) => [
      [one.name, one.id],
      [one.name.split(" ")[0], one.id],
    ]),
  ];
  const channels = state.slack.channels.filter((one) => !one.is_im);
  const mentioned = longestFirst(names).reduce(
    (said, [name, id]) => said.replace(named("@", name), `$1<@${id}>`),
    text,
  );
  return channels.reduce((said, one) => said.replace(named("#", one.name), `$1<#${one.id}|${one.name}>`), mentioned);
}

const longestFirst = (names) => names.sort(([a], [b]) => b.length - a.length);
const named = (sign, name) => new RegExp(`(^|[\\s(])${sign}${name.replace(/[^\w\s]/g, "\\$&")}(?![\\w])`, "gi");
