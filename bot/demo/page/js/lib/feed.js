// What comes in (a websocket of snapshots that reconnects by itself) and what goes out (one POST per act).

const FIRST_WAIT = 300;
const LONGEST_WAIT = 5000;

/** Calls `onSnapshot` with each snapshot and `onLink` with "open" or "lost"; returns the way to end it. */
export function follow(path, onSnapshot, onLink) {
  let wait = FIRST_WAIT;
  let ended = false;
  let socket;
  let timer;
  const connect = () => {
    socket = new WebSocket(new URL(path, location.href.replace(/^http/, "ws")));
    socket.onmessage = (event) => {
      if (ended) return;
      wait = FIRST_WAIT;
      onLink("open");
      onSnapshot(JSON.parse(event.data));
    };
    socket.onclose = () => {
      if (ended) return;
      onLink("lost");
      timer = setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
  };
  connect();
  return () => {
    ended = true;
    clearTimeout(timer);
    socket.close();
  };
}

/** The answer as it is; what could not be sent at all is an answer too, in a sentence for people. */
export async function send(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return await answer.json();
  } catch {
    return { ok: false, error: "The demo does not answer. Is it still running in the terminal?" };
  }
}
