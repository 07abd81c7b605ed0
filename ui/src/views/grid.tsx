// Covers of the assets of a list; one opens the asset.
import { useEffect, useRef, useState } from "preact/hooks";
import { explain, type Connection } from "../connection";
import type { Card } from "../contract";
import { showClock } from "../format";
import type { Say } from "../words";

interface Props {
  connection: Connection;
  say: Say;
  ids: string[];
  /** As the list had them, for what cannot be fetched. */
  titles: Record<string, string>;
  leftOut: boolean;
  onOpen: (id: string) => void;
  focusOn?: string;
}

const RENEWAL_PAUSE_MILLISECONDS = 30_000;

export function Grid({ connection, say, ids, titles, leftOut, onOpen, focusOn }: Props) {
  const [cards, setCards] = useState<Record<string, Card>>();
  const [problem, setProblem] = useState<string>();
  const fetchedAt = useRef(0);
  const box = useRef<HTMLUListElement>(null);
  const fetchCards = () => {
    fetchedAt.current = Date.now();
    connection.fetchCards(ids).then(
      (found) => setCards(Object.fromEntries(found.map((card) => [card.id, card]))),
      (error: unknown) => setProblem(explain(error)),
    );
  };
  useEffect(fetchCards, []);
  useEffect(() => {
    if (focusOn !== undefined) box.current?.querySelector<HTMLButtonElement>(`[data-id="${CSS.escape(focusOn)}"]`)?.focus();
  }, [focusOn]);
  // A cover whose address has expired; all of them have.
  const onBroken = () => {
    if (Date.now() - fetchedAt.current > RENEWAL_PAUSE_MILLISECONDS) fetchCards();
  };
  if (!ids.length) return <p class="notice" role="status">{say("nothingFound")}</p>;
  return (
    <section aria-label={say("assets", { count: ids.length })}>
      <h1>{say("assets", { count: ids.length })}</h1>
      <p role="status" class="hint">{problem}</p>
      <ul ref={box} class="grid">
        {ids.map((id) => <Cover key={id} say={say} id={id} card={cards?.[id]} isGone={cards !== undefined && !cards[id]} title={cards?.[id]?.title || titles[id] || say("untitled")} onOpen={onOpen} onBroken={onBroken} />)}
      </ul>
      {leftOut && <p class="hint">{say("moreInConversation")}</p>}
    </section>
  );
}

function Cover({ say, id, card, isGone, title, onOpen, onBroken }: { say: Say; id: string; card?: Card; isGone: boolean; title: string; onOpen: (id: string) => void; onBroken: () => void }) {
  const [broken, setBroken] = useState<string>();
  const cover = card?.cover !== broken ? card?.cover : undefined;
  return (
    <li>
      <button class="card" data-id={id} aria-label={say("open", { title })} onClick={() => onOpen(id)}>
        <span class="cover">
          {cover ? (
            <img src={cover} alt="" loading="lazy" onError={() => {
              setBroken(cover);
              onBroken();
            }} />
          ) : (
            <span class="kind">{isGone ? say("gone") : card && say(`kind_${card.kind}`)}</span>
          )}
          {card?.durationSeconds !== undefined && card.durationSeconds > 0 && <span class="length">{showClock(card.durationSeconds)}</span>}
        </span>
        <span class="title" dir="auto">{title}</span>
        {card?.status && card.status !== "Normal" && <span class="state">{card.status}</span>}
      </button>
    </li>
  );
}
