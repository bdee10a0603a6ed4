export { type SampleRepository, sampleRepository, sampleSigner } from './sample-repository.ts';
