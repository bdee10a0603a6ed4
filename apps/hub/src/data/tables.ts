/**
 * The hub's tables. Names are the columns' own. Texts ending in `_at` and `hour` are UTC in whole
 * seconds (`2026-11-20T23:47:48Z`), which sort as they are. Columns of JSON are text, so that
 * SQLite and PostgreSQL hold the same.
 */
export interface Tables {
  repositories: RepositoryRow;
  repository_blobs: RepositoryBlobRow;
  manifests: ManifestRow;
  manifest_references: ManifestReferenceRow;
  tags: TagRow;
  devices: DeviceRow;
  device_reports: DeviceReportRow;
  device_variants: DeviceVariantRow;
  count_batches: CountBatchRow;
  decision_counts: DecisionCountRow;
  tokens: TokenRow;
}

/** An OCI repository, `owner/family`. */
export interface RepositoryRow {
  name: string;
  created_at: string;
}

/** That a blob of the content store may be read through a repository. */
export interface RepositoryBlobRow {
  repository: string;
  digest: string;
  size: number;
  pushed_at: string;
}

/** A manifest or index. Its bytes are in the content store under the same digest. */
export interface ManifestRow {
  repository: string;
  digest: string;
  media_type: string;
  artifact_type: string | null;
  subject: string | null;
  size: number;
  pushed_at: string;
}

/** What a manifest needs to be whole: its config and layers, or an index's manifests. */
export interface ManifestReferenceRow {
  repository: string;
  manifest: string;
  digest: string;
  kind: 'blob' | 'manifest';
}

export interface TagRow {
  repository: string;
  tag: string;
  digest: string;
  updated_at: string;
}

export interface DeviceRow {
  id: string;
  /** Raw Ed25519 public key, base64. */
  public_key: string;
  enrolled_at: string;
}

/** The last report of a device, whole: older ones are not kept. */
export interface DeviceReportRow {
  device: string;
  sequence: number;
  /** By the device's clock. */
  reported_at: string;
  /** By the hub's clock. */
  received_at: string;
  target: string | null;
  /** JSON of the `Profile`. */
  profile: string;
  /** JSON of the `problems`. */
  problems: string;
  /** JSON of the signed envelope, so that anybody can verify it again. */
  envelope: string;
}

/** What the last report says is on the device, a row each, for counting. */
export interface DeviceVariantRow {
  device: string;
  position: number;
  family: string;
  version: string;
  variant: string;
  digest: string;
  state: string;
}

/** Batches of counts already added, kept until no retry of them is accepted. */
export interface CountBatchRow {
  batch: string;
  window_end: string;
}

/** Sums by the hour in which the window began. */
export interface DecisionCountRow {
  family: string;
  tier: string;
  rule: string;
  hour: string;
  count: number;
}

export interface TokenRow {
  id: string;
  name: string;
  /** Hex SHA-256 of the token's text, which has 256 random bits. */
  hash: string;
  /** JSON list of scopes. */
  scopes: string;
  created_at: string;
}
