import type { Finding } from '../finding.ts';

/** What a call asks a model for, as far as its name, its model and its data say: a slug. */
export function taskOf({
  evidence,
  model = '',
  data,
}: Pick<Finding, 'evidence' | 'model' | 'data'>): string {
  const said = `${evidence[0]?.says ?? ''} ${model}`.toLowerCase();
  return tasks.find(([, pattern]) => pattern.test(said))?.[0] ?? byData[data];
}

const tasks: readonly (readonly [string, RegExp])[] = [
  ['embedding', /embed/],
  ['reranking', /rerank/],
  ['moderation', /moderation/],
  ['transcription', /transcri|whisper|recogniz|speech-to-text|stt/],
  ['speech', /tts|speech|synthes/],
  ['translation', /translat/],
  [
    'image-generation',
    /images?\.(generate|create|edit)|createimage|image_?generat|imagen|dall-e|generateimages?|texttoimage|text_to_image/,
  ],
];

const byData: Readonly<Record<Finding['data'], string>> = {
  text: 'text-generation',
  image: 'vision',
  audio: 'audio',
  video: 'video',
  tabular: 'prediction',
  document: 'document-reading',
  tensor: 'inference',
};
