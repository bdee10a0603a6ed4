/** A device for tests: holds its key, enrols at a real hub, signs reports. */
import { randomBytes } from 'node:crypto';
import { Enrolled, StateAccepted } from '@selvedge/core/api';
import { apiVersion } from '@selvedge/core/schema';
import { ed25519Pem, fromHex, sha256Hex, signDocument, signerFromPem } from '@selvedge/core/trust';
import { fetchJson } from '@selvedge/node/http';

export interface EnrolledDevice {
  readonly id: string;
  /** Reports that these variants of `acme/glyphs` 1.0.0 are on it. */
  report(installed: readonly { state: string; variant: string }[]): Promise<void>;
}

export async function enrolDevice(hub: string): Promise<EnrolledDevice> {
  const signer = await signerFromPem(ed25519Pem(randomBytes(32)));
  const raw = fromHex(signer.key.keyval.public)!;
  const id = `d-${(await sha256Hex(raw)).slice(0, 32)}`;
  const head = { apiVersion, device: id, at: '2026-11-20T12:00:00Z' };
  const publicKey = Buffer.from(raw).toString('base64');
  const enrolment = await signDocument({ ...head, kind: 'Enrolment', publicKey }, [signer]);
  let { sequence } = await fetchJson(`${hub}/api/v1/devices`, Enrolled, {
    method: 'POST',
    json: enrolment,
  });
  return {
    id,
    async report(installed) {
      sequence += 1;
      const state = {
        ...head,
        kind: 'StateReport',
        sequence,
        profile,
        installed: installed.map((one) => ({
          family: 'acme/glyphs',
          version: '1.0.0',
          digest: `sha256:${'b'.repeat(64)}`,
          ...one,
        })),
        problems: [],
      };
      await fetchJson(`${hub}/api/v1/devices/${id}/state`, StateAccepted, {
        method: 'PUT',
        json: await signDocument(state, [signer]),
      });
    },
  };
}

const profile = {
  target: 'flagship-2026',
  platform: { os: 'android', arch: 'arm64' },
  engines: [{ name: 'onnxruntime', version: '1.30.0' }],
  units: [{ kind: 'npu', provider: 'qnn', precisions: ['fp16'], tops: { fp16: 22.5 } }],
  memory: { budgetBytes: 1e9, bandwidth: 7.7e10 },
  provenance: 'estimated',
};
