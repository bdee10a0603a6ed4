"""What somebody with Python does: ONNX Runtime's own quantisers, as its documentation says.

    python onnxruntime_quantise.py job.json

The job names a model, where the result goes, and what is to be made of it (see conversion.ts). The
last line of the output is a JSON document with the time after the imports and the peak memory.
"""

import json
import logging
import sys
import time
import warnings

started = time.perf_counter()
logging.disable(logging.WARNING)
warnings.filterwarnings("ignore")
with open(sys.argv[1], encoding="utf-8") as file:
    job = json.load(file)


def samples():
    """The calibration set, one dictionary per sample, read lazily from .npy files."""
    import numpy as np

    arrays = {name: np.load(path, mmap_mode="r") for name, path in job["inputs"].items()}
    count = len(next(iter(arrays.values())))
    shapes = job["shapes"]
    for at in range(count):
        yield {name: np.array(rows[at]).reshape(shapes[name]) for name, rows in arrays.items()}


def at_least_opset_13(model):
    """Scales per channel need opset 13. Initialisers that are also inputs stop the converter."""
    from onnx import version_converter

    opset = next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx"))
    if opset >= 13:
        return model
    stored = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in stored]
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    model.ir_version = max(model.ir_version, 4)
    return version_converter.convert_version(model, 13)


def static():
    from onnxruntime.quantization import (
        CalibrationDataReader,
        CalibrationMethod,
        QuantFormat,
        QuantType,
        quantize_static,
    )

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.rows = samples()

        def get_next(self):
            return next(self.rows, None)

    methods = {
        "minmax": CalibrationMethod.MinMax,
        "percentile": CalibrationMethod.Percentile,
        "entropy": CalibrationMethod.Entropy,
    }
    model = preprocessed()

    def convert(per_channel):
        quantize_static(
            model,
            job["output"],
            Reader(),
            quant_format=QuantFormat.QDQ,
            per_channel=per_channel,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=methods[job["method"]],
        )

    try:
        convert(True)
        return "per channel"
    except Exception as error:  # some Gemms fail where their bias is adjusted per channel
        convert(False)
        return f"per tensor, since per channel failed: {error}"[:200]


def preprocessed():
    """The model with shapes inferred and optimised, which ONNX Runtime's documentation asks for."""
    import onnx
    from onnxruntime.quantization.shape_inference import quant_pre_process

    model = at_least_opset_13(onnx.load(job["model"]))
    plain = job["output"] + ".opset.onnx"
    onnx.save(model, plain)
    prepared = job["output"] + ".prepared.onnx"
    try:
        quant_pre_process(plain, prepared, skip_symbolic_shape=True)
        return prepared
    except Exception:
        return plain


def dynamic():
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # Without Conv, as its documentation has it for what runs on the CPU: ConvInteger per channel fails.
    quantize_dynamic(job["model"], job["output"], weight_type=QuantType.QInt8, per_channel=True)
    return "per channel"


def int4():
    import onnx
    from onnxruntime.quantization.matmul_nbits_quantizer import (
        DefaultWeightOnlyQuantConfig,
        MatMulNBitsQuantizer,
    )

    config = DefaultWeightOnlyQuantConfig(block_size=job["block"], is_symmetric=job["symmetric"])
    quantizer = MatMulNBitsQuantizer(onnx.load(job["model"]), algo_config=config)
    quantizer.process()
    quantizer.model.save_model_to_file(job["output"], False)
    return f"round to nearest, blocks of {job['block']}"


def fp16():
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16

    model = convert_float_to_float16(onnx.load(job["model"]), keep_io_types=True)
    onnx.save(model, job["output"])
    return "inputs and outputs kept"


passes = {"static": static, "dynamic": dynamic, "int4": int4, "fp16": fp16}
import onnx  # noqa: E402, F401
import onnxruntime.quantization  # noqa: E402, F401

imported = time.perf_counter()
try:
    how = passes[job["pass"]]()
except Exception as error:  # what it cannot convert is an answer
    print(json.dumps({"failed": f"{type(error).__name__}: {error}"[:300]}))
    sys.exit(0)
seconds = time.perf_counter() - imported
with open("/proc/self/status", encoding="utf-8") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(json.dumps({"workMs": seconds * 1000, "peakKiB": peak, "how": how}))
