// Source and renditions, with what is in them.
import type { MediaFile } from "../contract";
import { nameFile, type Film } from "../film";
import { showRate, showSize } from "../format";
import { useWatched } from "../watched";
import { sayValue, type Say } from "../words";

export function Files({ say, film, canPlay }: { say: Say; film: Film; canPlay: boolean }) {
  const asset = useWatched(film, (state) => state.asset);
  const current = useWatched(film, (state) => state.file?.id);
  return (
    <section class="files" aria-label={say("files")}>
      <h2>{say("files")}</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label={say("files")}>
        <table>
          <thead>
            <tr>
              {(["role", "name", "format", "picture", "sound", "rate", "size"] as const).map((word) => <th key={word} scope="col">{say(word)}</th>)}
              {canPlay && <th scope="col">{say("actions")}</th>}
            </tr>
          </thead>
          <tbody>
            {asset.files.map((file) => (
              <tr key={file.id} aria-current={canPlay && file.id === current ? "true" : undefined}>
                <td>{sayValue(say, "role", file.role)}</td>
                <th scope="row" dir="auto">{file.name || file.definition || file.id}</th>
                <td>{[file.definition, file.isHls ? "HLS" : file.format].filter(Boolean).join(" · ")}</td>
                <td>{describeVideo(file)}</td>
                <td>{describeAudio(file)}</td>
                <td>{file.bitrateBps ? showRate(file.bitrateBps) : ""}</td>
                <td>{file.sizeBytes === undefined ? "" : showSize(file.sizeBytes)}</td>
                {canPlay && (
                  <td>
                    {file.playable && (
                      <button aria-label={say("playFile", { file: nameFile(file) })} disabled={file.id === current} onClick={() => film.choose(file.id)}>
                        {say(file.id === current ? "playsNow" : "play")}
                      </button>
                    )}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {asset.filesLeftOut > 0 && <p class="hint">{say("filesLeftOut", { count: asset.filesLeftOut })}</p>}
    </section>
  );
}

function describeVideo({ video }: MediaFile): string {
  if (!video) return "";
  const size = video.width && video.height ? `${video.width}×${video.height}` : "";
  return [size, video.codec, video.fps && `${Math.round(video.fps * 100) / 100} fps`].filter(Boolean).join(" · ");
}

function describeAudio({ audio }: MediaFile): string {
  if (!audio) return "";
  return [audio.codec, audio.channels && `${audio.channels} ch`, audio.sampleRate && `${audio.sampleRate / 1000} kHz`, audio.language].filter(Boolean).join(" · ");
}
