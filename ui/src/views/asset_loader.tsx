// Fetches one asset, with addresses, and says in plain words if it cannot be had.
import { useEffect, useRef, useState } from "preact/hooks";
import { explain, type Connection } from "../connection";
import type { Asset } from "../contract";
import type { Say } from "../words";
import { AssetView } from "./asset";

export function AssetLoader({ connection, say, id, onBack }: { connection: Connection; say: Say; id: string; onBack?: () => void }) {
  const [asset, setAsset] = useState<Asset>();
  const [problem, setProblem] = useState<string>();
  const [attempt, setAttempt] = useState(0);
  const backButton = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    let isWanted = true;
    setProblem(undefined);
    connection.fetchAsset(id).then(
      (found) => isWanted && setAsset(found),
      (error: unknown) => isWanted && setProblem(explain(error)),
    );
    return () => {
      isWanted = false;
    };
  }, [id, attempt]);
  useEffect(() => backButton.current?.focus(), []);
  return (
    <>
      {onBack && <button ref={backButton} class="back" onClick={onBack}>← {say("back")}</button>}
      {asset && <AssetView connection={connection} say={say} asset={asset} />}
      {!asset && problem === undefined && <p class="notice" role="status">{say("loading")}</p>}
      {!asset && problem !== undefined && (
        <div class="notice" role="alert">
          <p>{say("assetGone", { reason: problem })}</p>
          <button onClick={() => setAttempt(attempt + 1)}>{say("tryAgain")}</button>
        </div>
      )}
    </>
  );
}
