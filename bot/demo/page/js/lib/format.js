// Times and money for people. Slack's ts are seconds; the world's times are ISO text.

const pad = (number) => String(number).padStart(2, "0");
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

export const ofTs = (ts) => new Date(Number(ts) * 1000);
export const ofAny = (at) => (typeof at === "number" ? new Date(at * 1000) : new Date(at));
export const clock = (date) => `${date.getHours()}:${pad(date.getMinutes())}`;
export const seconds = (date) => `${clock(date)}:${pad(date.getSeconds())}`;
export const dayKey = (date) => `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;

export function dayName(date) {
  if (dayKey(date) === dayKey(new Date())) return "Today";
  return `${DAYS[date.getDay()]}, ${MONTHS[date.getMonth()]} ${ordinal(date.getDate())}`;
}

export const shortDate = (date) => `${date.getDate()} ${MONTHS[date.getMonth()].slice(0, 3)} ${date.getFullYear()}`;

function ordinal(day) {
  const ending = day > 10 && day < 14 ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[day % 10] ?? "th");
  return `${day}${ending}`;
}

/** Slack's <!date^…> tokens. */
export function dateToken(seconds, format) {
  const date = new Date(seconds * 1000);
  const month = MONTHS[date.getMonth()];
  const known = {
    date_num: dayKey(date),
    date_slash: `${pad(date.getMonth() + 1)}/${pad(date.getDate())}/${date.getFullYear()}`,
    date_long: `${DAYS[date.getDay()]}, ${month} ${ordinal(date.getDate())}, ${date.getFullYear()}`,
    date: `${month} ${ordinal(date.getDate())}, ${date.getFullYear()}`,
    date_short: `${month.slice(0, 3)} ${date.getDate()}, ${date.getFullYear()}`,
    time_secs: `${clock(date)}:${pad(date.getSeconds())}`,
    time: clock(date),
    day_divider_pretty: dayName(date),
    ago: ago(seconds),
  };
  return format.replace(/\{(\w+)\}/g, (whole, name) => known[name.replace(/_pretty$/, "")] ?? known[name] ?? whole);
}

export function ago(seconds) {
  const minutes = Math.round((Date.now() / 1000 - seconds) / 60);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h ago` : `${Math.round(minutes / 1440)} days ago`;
}

export function money(minor, currency) {
  const code = (currency || "EUR").toUpperCase();
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency: code }).format((minor ?? 0) / 100);
  } catch {
    return `${((minor ?? 0) / 100).toFixed(2)} ${code}`; // not a currency that the browser knows
  }
}

export function bytes(size) {
  if (size < 1000) return `${size} bytes`;
  return size < 1e6 ? `${Math.round(size / 1000)} kB` : `${(size / 1e6).toFixed(1)} MB`;
}

export const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
