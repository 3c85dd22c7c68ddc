"""Each in a process of its own: what is imported cannot be taken back."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from bot.settings import PROJECT_ROOT


def _run(script: str, *more_path: Path) -> str:
    """What the script prints, run by a fresh interpreter with `more_path` first."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=PROJECT_ROOT,
        env={"PYTHONPATH": ":".join(map(str, [*more_path, PROJECT_ROOT])), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _package(folder: Path, name: str) -> Path:
    """A real package `name` that can be imported from `folder`."""
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text('__version__ = "asli"\n')
    (folder / name / "bagian.py").write_text("jawaban = 42\n")
    return folder


SHIM = "from bot.engine import import_shims as s; s.install_tensorflow_shim();"


def test_without_tensorflow_the_shim_answers() -> None:
    assert (
        _run(f"""
        {SHIM}
        import tensorflow as tf, tensorflow.keras.layers, keras
        from tensorflow.python.framework import ops
        class Layer(tf.keras.layers.Layer): pass
        print(s.tensorflow_is_shimmed(), Layer.__name__)
    """)
        == "True Layer"
    )


def test_a_real_tensorflow_wins_over_the_shim(tmp_path: Path) -> None:
    script = f"""
        {SHIM}
        import tensorflow, tensorflow.bagian
        print(tensorflow.__version__, tensorflow.bagian.jawaban, s.tensorflow_is_shimmed())
    """
    assert _run(script, _package(tmp_path, "tensorflow")) == "asli 42 False"


def test_nothing_is_shimmed_before_it_is_imported() -> None:
    assert _run(f"{SHIM} print(s.tensorflow_is_shimmed())") == "False"


def test_installing_the_shim_twice_installs_it_once() -> None:
    script = f"""
        import sys
        {SHIM}
        before = len(sys.meta_path)
        s.install_tensorflow_shim()
        print(len(sys.meta_path) - before)
    """
    assert _run(script) == "0"


def test_the_shim_does_not_answer_for_anything_else() -> None:
    script = f"""
        {SHIM}
        for name in ("paket_yang_tidak_ada", "tensorflowx", "bot.tensorflow"):
            try:
                __import__(name)
            except ModuleNotFoundError:
                print("absent")
    """
    assert _run(script).split() == ["absent"] * 3


def test_within_the_block_a_placeholder_wins_over_the_real_package(tmp_path: Path) -> None:
    script = """
        from bot.engine import import_shims as s
        with s.placeholders_for(frozenset({"paket"})):
            import paket
            from paket.dalam import Sesuatu
            print(paket.__version__)
        print(type(paket).__name__)
    """
    assert _run(script, _package(tmp_path, "paket")) == "0.0.0\n_PlaceholderModule"


def test_after_the_block_the_placeholders_have_left(tmp_path: Path) -> None:
    script = """
        import sys
        from bot.engine import import_shims as s
        finders = list(sys.meta_path)
        with s.placeholders_for(frozenset({"paket"})):
            import paket.dalam.sekali
        print([name for name in sys.modules if name.startswith("paket")])
        print(sys.meta_path == finders)
        import paket, paket.bagian
        print(paket.__version__, paket.bagian.jawaban)
    """
    assert _run(script, _package(tmp_path, "paket")) == "[]\nTrue\nasli 42"


def test_the_placeholders_leave_even_when_the_import_fails(tmp_path: Path) -> None:
    script = """
        import sys
        from bot.engine import import_shims as s
        try:
            with s.placeholders_for(frozenset({"paket"})):
                import paket
                raise ImportError("di tengah jalan")
        except ImportError as error:
            print(error)
        import paket
        print(paket.__version__)
    """
    assert _run(script, _package(tmp_path, "paket")) == "di tengah jalan\nasli"


def test_a_package_that_was_imported_before_stays_what_it_is(tmp_path: Path) -> None:
    script = """
        import sys
        import paket
        from bot.engine import import_shims as s
        with s.placeholders_for(frozenset({"paket"})):
            import paket as again, paket.bagian
            print(again.__version__, paket.bagian.jawaban)
        print(sys.modules["paket"] is paket, "paket.bagian" in sys.modules)
    """
    assert _run(script, _package(tmp_path, "paket")) == "asli 42\nTrue True"


def test_placeholders_do_what_an_import_needs() -> None:
    """Base classes, decorators, annotations, constants, `except` clauses."""
    script = f"""
        {SHIM}
        import tensorflow as tf
        class Model(tf.keras.Model, tf.Module): pass
        class Generic(tf.data.Dataset[int]): pass
        @tf.function
        def plain(): return 1
        @tf.function(reduce_retracing=True)
        def with_settings(): return 2
        def annotated(x: tf.Tensor | None, y: tf.Tensor[int]) -> tf.Tensor: ...
        try:
            raise KeyError
        except tf.errors.NotFoundError:
            print("wrong")
        except KeyError:
            print(plain(), with_settings(), Model.__mro__[1].__name__)
    """
    assert _run(script) == "1 2 tensorflow.keras.Model"


@pytest.mark.parametrize(
    "call",
    [
        "tf.constant([1, 2])",
        "tf.keras.Sequential()",
        "tf.keras.layers.Dense(3)",
        "tf.matmul(1, 2)",
        "tf.random.set_seed(42)",
        "tf.io.read_file('x', name='y')",
        "tf.keras.Model(inputs=1, outputs=2).fit([1], [2])",
    ],
)
def test_calling_a_placeholder_for_a_result_raises(call: str) -> None:
    script = f"""
        {SHIM}
        import tensorflow as tf
        try:
            {call}
        except (s.PackageAbsent, AttributeError) as error:
            print(type(error).__name__)
    """
    assert _run(script) in ("PackageAbsent", "AttributeError")


def test_the_error_says_which_package_and_what_to_do() -> None:
    script = f"""
        {SHIM}
        import tensorflow as tf
        try:
            tf.random.set_seed(1)
        except s.PackageAbsent as error:
            print(error)
    """
    said = _run(script)
    assert "tensorflow.random" in said
    assert "config.yml" in said


def test_a_placeholder_has_no_magic_attributes() -> None:
    """Python and its tools probe for `__wrapped__` and the like: a yes to all misleads them."""
    script = f"""
        {SHIM}
        import tensorflow as tf
        print([hasattr(tf, n) or hasattr(tf.Tensor, n) for n in ("__wrapped__", "__all__")])
    """
    assert _run(script) == "[False, False]"


def test_serving_imports_rasa_without_what_it_does_not_use() -> None:
    script = """
        import sys
        # matplotlib puts an empty `mpl_toolkits` into every process by a .pth file.
        before = set(sys.modules)
        from bot.engine import rasa_internals
        rasa_internals.import_for_serving()
        import rasa.core.processor
        from bot.engine.import_shims import tensorflow_is_shimmed
        loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
        print(sorted(loaded & rasa_internals.UNUSED_WHEN_SERVING), tensorflow_is_shimmed())
    """
    assert _run(script) == "[] True"


def test_what_serving_does_not_use_can_still_be_imported_afterwards() -> None:
    script = """
        from bot.engine import rasa_internals
        rasa_internals.import_for_serving()
        import psycopg2, sklearn.svm, networkx
        print(psycopg2.__version__[0], networkx.Graph().order())
    """
    assert _run(script) == "2 0"


def test_rasa_may_be_prepared_for_training_and_then_for_serving() -> None:
    """As in a test run: the second time must not take our own action for Rasa's."""
    script = """
        from bot.engine import rasa_internals
        rasa_internals.import_for_tools()
        import rasa.core.actions.action as action
        first = action.RemoteAction
        rasa_internals.import_for_serving()
        print(first.__name__, action.RemoteAction is first)
    """
    assert _run(script) == "InProcessAction True"
