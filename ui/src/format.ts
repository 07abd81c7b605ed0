// Numbers as people read them.

/** `1:02:03`, or `2:03` below an hour. */
export function showClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const tail = `${hours ? String(minutes).padStart(2, "0") : minutes}:${String(rest).padStart(2, "0")}`;
  return hours ? `${hours}:${tail}` : tail;
}

/** `00:01:23.480`, by which a model finds the place again. */
export function showMoment(seconds: number): string {
  const thousandths = Math.max(0, Math.round(seconds * 1000));
  const pad = (value: number, digits: number) => String(value).padStart(digits, "0");
  const whole = Math.floor(thousandths / 1000);
  const clock = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60].map((part) => pad(part, 2));
  return `${clock.join(":")}.${pad(thousandths % 1000, 3)}`;
}

export function showSize(bytes: number): string {
  let value = bytes;
  for (const unit of ["B", "KB", "MB", "GB"]) {
    if (value < 1000) return `${value >= 100 || unit === "B" ? Math.round(value) : value.toPrecision(2)} ${unit}`;
    value /= 1000;
  }
  return `${value.toPrecision(3)} TB`;
}

export function showRate(bitsPerSecond: number): string {
  return bitsPerSecond >= 1e6 ? `${(bitsPerSecond / 1e6).toPrecision(3)} Mb/s` : `${Math.round(bitsPerSecond / 1e3)} kb/s`;
}
