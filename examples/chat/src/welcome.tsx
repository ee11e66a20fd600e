import { flushSync } from 'react-dom';
import { Icon, type IconName } from './icon.tsx';

interface Suggestion {
  readonly icon: IconName;
  readonly title: string;
  readonly text: string;
  /** A demo model, which answers without a key. */
  readonly model: string;
}

const SUGGESTIONS: readonly Suggestion[] = [
  {
    icon: 'edit',
    title: 'Read a longer answer',
    text: 'How does a streamed answer reach this page?',
    model: 'demo',
  },
  { icon: 'spark', title: 'Watch it reason', text: 'Is 1009 a prime number?', model: 'demo-reasoning' },
  { icon: 'tool', title: 'Let it call a tool', text: 'What is the weather in Paris?', model: 'demo-tool' },
  {
    icon: 'warning',
    title: 'See it fail',
    text: 'What happens when an answer breaks off?',
    model: 'demo-error-midstream',
  },
];

interface WelcomeProps {
  /** Names of the models that this server offers. */
  readonly models: readonly string[];
  readonly onAsk: (text: string) => void;
  readonly onChooseModel: (name: string) => void;
}

export const Welcome = ({ models, onAsk, onChooseModel }: WelcomeProps) => (
  <section className="welcome" aria-labelledby="welcome-title">
    <h1 id="welcome-title">What would you like to know?</h1>
    <p>
      Every model behind one address.
      {models.includes('demo') &&
        ' These four are answered by scripts of the demo provider and cost nothing.'}
    </p>
    <ul className="suggestions">
      {SUGGESTIONS.map(({ icon, title, text, model }) => (
        <li key={title}>
          <button
            type="button"
            className="suggestion"
            onClick={() => {
              // The chat has to have the model before it is asked.
              if (models.includes(model)) flushSync(() => onChooseModel(model));
              onAsk(text);
            }}
          >
            <Icon name={icon} />
            <span className="suggestion-title">{title}</span>
            <span className="suggestion-text">{text}</span>
          </button>
        </li>
      ))}
    </ul>
  </section>
);
