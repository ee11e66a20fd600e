import type { ChatTools } from 'modelgraph-client/react';
import { calculate } from './calculate.ts';

interface Weather {
  readonly current: { readonly temperature_2m: number; readonly wind_speed_10m: number };
}
interface Places {
  readonly results?: readonly {
    readonly name: string;
    readonly country: string;
    readonly latitude: number;
    readonly longitude: number;
  }[];
}

const getJson = async <Answer>(
  url: string,
  parameters: Record<string, string>,
  signal: AbortSignal,
): Promise<Answer> => {
  const response = await fetch(`${url}?${new URLSearchParams(parameters).toString()}`, { signal });
  if (!response.ok) throw new Error(`The weather service answered ${response.status}.`);
  return (await response.json()) as Answer;
};

/** Two tools that run in the page. What they throw is given to the model, which can say so or try again. */
export const TOOLS: ChatTools = {
  get_weather: {
    description: 'The weather in a city at this moment.',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string', description: 'Name of the city, such as Paris' } },
      required: ['city'],
    },
    execute: async ({ city }: { readonly city: string }, { signal }) => {
      const { results: [place] = [] } = await getJson<Places>(
        'https://geocoding-api.open-meteo.com/v1/search',
        { name: city, count: '1' },
        signal,
      );
      if (place === undefined) throw new Error(`There is no city called ${city}.`);
      const { current } = await getJson<Weather>(
        'https://api.open-meteo.com/v1/forecast',
        {
          latitude: String(place.latitude),
          longitude: String(place.longitude),
          current: 'temperature_2m,wind_speed_10m',
        },
        signal,
      );
      return {
        place: `${place.name}, ${place.country}`,
        celsius: current.temperature_2m,
        windKmh: current.wind_speed_10m,
      };
    },
  },
  calculate: {
    description: 'The value of an arithmetic expression with + - * / ^ and brackets.',
    parameters: {
      type: 'object',
      properties: { expression: { type: 'string', description: 'Such as (3 + 4) * 2' } },
      required: ['expression'],
    },
    execute: ({ expression }: { readonly expression: string }) => ({
      expression,
      value: calculate(expression),
    }),
  },
};
