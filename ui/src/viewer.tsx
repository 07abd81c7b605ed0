// The view that fits what the tool returned.
import { useState } from "preact/hooks";
import type { Connection } from "./connection";
import { useWatched } from "./watched";
import { AssetLoader } from "./views/asset_loader";
import { Grid } from "./views/grid";
import { Transfers } from "./views/transfers";
import { Recording } from "./views/recording";

export function Viewer({ connection }: { connection: Connection }) {
  const state = useWatched(connection, (all) => all);
  const { say, scene } = state;
  if (state.hasFailed) return <p class="notice" role="status">{say("unusable")}</p>;
  if (scene.kind === "waiting" || !state.isConnected) {
    return <p class="notice" role="status">{say(state.isCancelled ? "cancelled" : "waiting")}</p>;
  }
  if (scene.kind === "text") {
    return <pre class={scene.failed ? "text failed" : "text"} role={scene.failed ? "alert" : undefined} tabIndex={0}>{scene.text}</pre>;
  }
  if (!connection.canAsk) return <p class="notice" role="status">{say("cannotAsk")}</p>;
  if (scene.kind === "transfers") return <Transfers connection={connection} say={say} first={scene.transfers} />;
  if (scene.kind === "recording") return <Recording connection={connection} say={say} jobId={scene.jobId} first={scene.job} />;
  if (scene.kind === "asset") return <AssetLoader key={scene.id} connection={connection} say={say} id={scene.id} />;
  return <GridAndAsset key={scene.ids.join()} connection={connection} say={say} scene={scene} />;
}

function GridAndAsset({ connection, say, scene }: { connection: Connection; say: Connection["state"]["say"]; scene: Extract<Connection["state"]["scene"], { kind: "grid" }> }) {
  const [opened, open] = useState<string>();
  const [left, leave] = useState<string>();
  const back = () => {
    leave(opened);
    open(undefined);
  };
  // The grid stays, hidden, so that going back finds it as it was.
  return (
    <>
      {opened !== undefined && <AssetLoader key={opened} connection={connection} say={say} id={opened} onBack={back} />}
      <div hidden={opened !== undefined}>
        <Grid connection={connection} say={say} ids={scene.ids} titles={scene.titles} leftOut={scene.leftOut} onOpen={open} focusOn={opened === undefined ? left : undefined} />
      </div>
    </>
  );
}
