/** How a runtime divides a model between its accelerator and the CPU. */
export interface PartitionPolicy {
  /**
   * `one-cut`: the accelerator runs what stands before the first node that it cannot run; that node
   * and all after it are the CPU's (Edge TPU compiler, "Compiling"), but for what quantises float
   * inputs. `groups`: as few groups as can
   * run without waiting for each other (ONNX Runtime, `partitioning_utils`).
   */
  readonly cut: 'one-cut' | 'groups';
  /** Groups with fewer nodes stay on the CPU. 1 by default. */
  readonly minNodes?: number;
  /** What a node of unknown verdict is taken for. `unsupported` by default. */
  readonly unknown?: 'supported' | 'unsupported';
}
