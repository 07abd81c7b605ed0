// A recording job as it runs.
import { useState } from "preact/hooks";
import type { Connection } from "../connection";
import { asText, isObject } from "../contract";
import { showClock } from "../format";
import { usePolling } from "../polling";
import { sayValue, type Say } from "../words";

type Json = Record<string, unknown>;

const POLL_MILLISECONDS = 5_000;
const ENDED = "paused";

export function Recording({ connection, say, jobId, first }: { connection: Connection; say: Say; jobId: string; first: Json }) {
  const [job, setJob] = useState(first);
  const [at, setAt] = useState(Date.now());
  const problem = usePolling(async () => {
    const answer = await connection.call("get_live_record_job", { JobId: jobId });
    const next = isObject(answer.RecordJob) ? answer.RecordJob : answer;
    setJob(next);
    setAt(Date.now());
    return asText(next.Status) !== ENDED;
  }, POLL_MILLISECONDS, asText(first.Status) !== ENDED);
  const status = asText(job.Status);
  const output = isObject(job.RecordOutput) ? job.RecordOutput : {};
  const stream = isObject(job.StreamInput) ? job.StreamInput : {};
  const began = Date.parse(asText(job.CreateTime));
  const facts: [string, string][] = [
    [say("stream"), asText(stream.Url)],
    [say("template"), asText(job.TemplateName) || asText(job.TemplateId)],
    [say("output"), asText(output.Bucket)],
    [say("created"), asText(job.CreateTime)],
    ["JobId", jobId],
  ];
  return (
    <section aria-labelledby="recording">
      <h1 id="recording" dir="auto">{asText(job.Name) || say("recording")}</h1>
      <p role="status">
        <span class={`badge ${status}`}>{sayValue(say, "record", status)}</span>
        {status === "started" && !Number.isNaN(began) && ` ${say("recordingFor", { time: showClock((at - began) / 1000) })}`}
      </p>
      <dl>
        {facts.filter(([, value]) => value).map(([name, value]) => (
          <div key={name}><dt>{name}</dt><dd dir="auto">{value}</dd></div>
        ))}
      </dl>
      <p class="hint">{say("updated", { time: new Date(at).toLocaleTimeString() })}</p>
      {problem && <p class="hint" role="alert">{say("stopped", { reason: problem })}</p>}
    </section>
  );
}
