import type { UnplacedEvent } from '../../../core/generation-event.ts';
import type { JsonOutput } from '../../../core/json-output.ts';
import { type JsonStep, JsonSteps } from '../../output/json-steps.ts';

const toEvent = (step: JsonStep): UnplacedEvent => ({ type: 'OutputUpdated', ...step });

/** The JSON document of a generation as it is written: each turn begins it anew. Gives nothing unless it was asked for. */
export class StreamedOutput {
  #steps: JsonSteps | null;

  constructor(isStreamed: boolean) {
    this.#steps = isStreamed ? new JsonSteps() : null;
  }

  write(text: string): readonly UnplacedEvent[] {
    return this.#steps?.write(text).map(toEvent) ?? [];
  }

  /** The steps that make it the output of the generation. */
  end(output: JsonOutput): readonly UnplacedEvent[] {
    return this.#steps?.end(output).map(toEvent) ?? [];
  }

  /** Another turn begins. */
  restart(): readonly UnplacedEvent[] {
    if (this.#steps === null) return [];
    const events = this.#steps.restart().map(toEvent);
    this.#steps = new JsonSteps();
    return events;
  }
}
