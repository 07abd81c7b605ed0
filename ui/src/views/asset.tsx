// One asset, whole: the player, its pictures, its time line, its text, its files.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { explain, type Connection } from "../connection";
import type { Asset } from "../contract";
import { drawPicture, Film } from "../film";
import { showClock, showMoment, showSize } from "../format";
import { useWatched } from "../watched";
import type { Say } from "../words";
import { Files } from "./files";
import { Passages } from "./passages";
import { Player } from "./player";
import { Timeline } from "./timeline";

const LONGEST_TITLE = 160;

export function AssetView({ connection, say, asset }: { connection: Connection; say: Say; asset: Asset }) {
  const film = useMemo(() => new Film(asset, () => connection.fetchAsset(asset.id), explain), []);
  const [told, tell] = useState("");
  const picture = useRef<HTMLImageElement>(null);
  const shown = useWatched(film, (state) => state.asset);
  const hasTime = asset.kind === "video" || asset.kind === "audio" || (asset.kind === "other" && film.state.file !== undefined);
  const still = asset.kind === "image" ? (shown.files.find((file) => file.address)?.address ?? shown.cover) : undefined;

  const handOver = async (inChat: boolean) => {
    const seconds = film.state.seconds;
    const image = picture.current;
    const drawn = hasTime ? film.takePicture() : image?.naturalWidth ? drawPicture(image, image.naturalWidth, image.naturalHeight) : undefined;
    const what = `"${quote(asset.title)}" (MediaId ${asset.id})`;
    const text = hasTime ? `The user points at ${showMoment(seconds)} of ${what}.` : `The user points at the picture ${what}.`;
    try {
      if (inChat) await connection.send(text);
      else await connection.point(text, drawn, { MediaId: asset.id, ...(hasTime && { seconds: Math.round(seconds * 1000) / 1000 }) });
      tell(hasTime ? say("handedOver", { time: showMoment(seconds) }) : say("pictureHandedOver"));
    } catch (error) {
      tell(say("notHandedOver", { reason: explain(error) }));
    }
  };
  const hands = connection.canTakeMoment && (hasTime || still !== undefined) && (
    <div class="hands">
      <button class="primary" onClick={() => void handOver(false)}>{say(hasTime ? "useMoment" : "usePicture")}</button>
      {connection.canSend && <button onClick={() => void handOver(true)}>{say("sendMoment")}</button>}
    </div>
  );
  return (
    <article class="asset" aria-labelledby="title">
      <h1 id="title" dir="auto">{asset.title || say("untitled")}</h1>
      <Facts say={say} asset={asset} />
      {asset.status && !["Normal", "normal"].includes(asset.status) && <p class="hint">{say("notReady", { status: asset.status })}</p>}
      {hasTime && <Player connection={connection} say={say} film={film} />}
      {still && <CleanPicture address={still} title={asset.title || say("untitled")} taken={picture} />}
      {hands}
      <p class="told" role="status" aria-live="polite">{told}</p>
      {hasTime && asset.tracks.length > 0 && <Timeline say={say} film={film} tracks={asset.tracks} />}
      {asset.tracks.length > 0 && <Passages say={say} film={film} tracks={asset.tracks} canJump={hasTime} />}
      {asset.files.length > 0 && <Files say={say} film={film} canPlay={hasTime} />}
      {asset.problems.length > 0 && <p class="hint" dir="auto">{say("incomplete", { reason: asset.problems.join("; ") })}</p>}
      {asset.description && <p class="description" dir="auto">{asset.description}</p>}
    </article>
  );
}

/** Drawn by the rules of CORS where the bucket answers them, so that it can be handed over; without them otherwise. */
function CleanPicture({ address, title, taken }: { address: string; title: string; taken: { current: HTMLImageElement | null } }) {
  const [isClean, setClean] = useState(true);
  useEffect(() => setClean(true), [address]);
  return <img key={String(isClean)} ref={taken} class="still" src={address} alt={title} crossOrigin={isClean ? "anonymous" : undefined} onError={() => setClean(false)} />;
}

function Facts({ say, asset }: { say: Say; asset: Asset }) {
  const facts = [
    say(`kind_${asset.kind}`),
    asset.durationSeconds !== undefined && showClock(asset.durationSeconds),
    asset.width && asset.height && `${asset.width}×${asset.height}`,
    asset.sizeBytes !== undefined && showSize(asset.sizeBytes),
    asset.created,
    asset.category,
    ...asset.tags.map((tag) => `#${tag}`),
  ].filter(Boolean) as string[];
  return <ul class="facts" aria-label={say("about")}>{facts.map((fact, position) => <li key={position} dir="auto">{fact}</li>)}</ul>;
}

/** A stranger's title between quotes of our own: no quote, no line and no control character ends it early. */
function quote(title: string): string {
  return title.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]+/g, " ").replaceAll('"', "'").slice(0, LONGEST_TITLE);
}
