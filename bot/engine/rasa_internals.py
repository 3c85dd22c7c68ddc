"""Everything that reaches into Rasa's private parts, written for exactly one version.

Rasa Open Source 3.6.21 is its last release, so these parts do not move. A test fails
when another version is installed.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import logging
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
import yaml

from bot.engine import import_shims
from bot.engine.flat import flat
from bot.settings import PROJECT_ROOT

if TYPE_CHECKING:
    from rasa.core.processor import MessageProcessor
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.engine.runner import SerialRunner

EXPECTED_RASA_VERSION = "3.6.21"

# Imported by Rasa at module level, never called while it answers messages: the SDKs of
# the built-in channels, the brokers and stores, plotting, and what training needs.
UNUSED_WHEN_SERVING = frozenset(
    """aio_pika aiogram aiohttp aiormq apscheduler bidict boto3 botocore bson colorclass
    confluent_kafka engineio fbmessenger google gridfs jwt matplotlib mattermostwrapper
    mpl_toolkits networkx pika prompt_toolkit psycopg2 pycrfsuite pydot pymongo questionary
    randomname redis requests rocketchat_API s3transfer sanic sanic_cors sanic_jwt scipy
    sentry_sdk sklearn sklearn_crfsuite skops slack_sdk socketio terminaltables twilio
    webexteamssdk""".split()
)

# What answering messages takes of Rasa; everything else is imported by these.
SERVING_MODULES = (
    "rasa.core.processor",
    "rasa.engine.recipes.default_components",
    "rasa.engine.recipes.default_recipe",
    "rasa_sdk.executor",
)


def quiet() -> None:
    """Keeps Rasa's own logs, which quote what people write, out of everything."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    for name in ("rasa", "rasa_sdk", "asyncio", "matplotlib"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # Rasa writes texts, intents and slots with structlog, past the standard loggers.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.ReturnLoggerFactory(),
    )


def import_for_serving() -> None:
    """Imports the parts of Rasa that answer messages, and nothing else."""
    quiet()
    import_shims.install_tensorflow_shim()
    with import_shims.placeholders_for(UNUSED_WHEN_SERVING):
        for module in SERVING_MODULES:
            importlib.import_module(module)
    _run_actions_in_process()
    _keep_warnings_out()


def import_for_tools() -> None:
    """Prepares the process for Rasa's own commands (train, shell, test, data)."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    import_shims.install_tensorflow_shim()
    _run_actions_in_process()
    _keep_warnings_out()


def _keep_warnings_out() -> None:
    """Only now: Rasa and its SDK set their own filters while they are imported."""
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    # Said of every domain that has slots.
    warnings.filterwarnings("ignore", message="Slot auto-fill has been removed")


def load_processor(model: Path) -> MessageProcessor:
    """A message processor over the model archive, with the project's own generator."""
    from rasa.core.lock_store import InMemoryLockStore
    from rasa.core.processor import MessageProcessor

    from bot.engine.runner import SerialRunner
    from bot.engine.tracker import OneTurnTrackerStore
    from bot.knowledge.generator import FactsGenerator

    store = OneTurnTrackerStore()
    processor = MessageProcessor(str(model), store, InMemoryLockStore(), FactsGenerator())
    processor.nlg = FactsGenerator(domain=processor.domain)
    processor.graph_runner = SerialRunner.instead_of(processor.graph_runner)
    store.domain = processor.domain
    return processor


def component(processor: MessageProcessor, kind: type) -> Any:
    """The component of the loaded model that is of a class."""
    runner: SerialRunner = processor.graph_runner
    return runner.component(kind)


def parse(processor: MessageProcessor, text: str, tracker: DialogueStateTracker) -> dict[str, Any]:
    """Reads a text with the components, on one line; how grave it is, as it was sent.

    `parse_message` checks after it for intents that the domain lacks, and builds an empty
    domain each time to do so: 0.2 ms. Here both come from one training.
    """
    from rasa.core.channels.channel import UserMessage

    from bot.nlu.level_classifier import AS_SENT

    message = UserMessage(text=flat(text), metadata={AS_SENT: text.lstrip("/ ")})
    parsed: dict[str, Any] = processor._parse_message_with_graph(message, tracker)
    return parsed


def _run_actions_in_process() -> None:
    """Custom actions are called as functions instead of over HTTP.

    Saves Rasa's JSON-schema check of its own answer, 35 of the 49 ms of an action.
    """
    import rasa.core.actions.action
    import rasa.core.actions.forms

    if rasa.core.actions.action.RemoteAction.__module__ == __name__:
        return
    in_process = _in_process_action_class()
    rasa.core.actions.action.RemoteAction = in_process
    rasa.core.actions.forms.RemoteAction = in_process


def _in_process_action_class() -> type:
    from rasa.core.actions.action import Action, ActionExecutionRejection, RemoteAction
    from rasa.shared.core import events
    from rasa_sdk.executor import ActionExecutor, CollectingDispatcher
    from rasa_sdk.interfaces import ActionExecutionRejection as SdkRejection
    from rasa_sdk.interfaces import ActionNotFoundException

    executor = ActionExecutor()
    executor.register_package(_actions_package())

    class InProcessAction(Action):
        """Stands in for `RemoteAction`: same name, same result, no HTTP."""

        def __init__(self, name: str, action_endpoint: Any = None) -> None:
            self._name = name

        def name(self) -> str:
            return self._name

        async def run(self, output_channel: Any, nlg: Any, tracker: Any, domain: Any) -> list[Any]:
            dispatcher = CollectingDispatcher()
            try:
                action = executor.actions.get(self._name)
                if action is None:
                    raise ActionNotFoundException(self._name)
                result = action(dispatcher, _sdk_tracker(tracker), _domain_dict(domain))
                if hasattr(result, "__await__"):
                    result = await result
            except SdkRejection as rejection:
                raise ActionExecutionRejection(self._name, rejection.message) from rejection
            except Exception as error:
                output_channel.failure = error
                raise
            said = await RemoteAction._utter_responses(
                dispatcher.messages, output_channel, nlg, tracker
            )
            return [*said, *events.deserialise_events(result or [])]

    return InProcessAction


def _actions_package() -> str:
    """The package named in `endpoints.yml`, as newer Rasa releases name it there."""
    endpoints = yaml.safe_load((PROJECT_ROOT / "endpoints.yml").read_text("utf-8"))
    return str(endpoints["action_endpoint"]["actions_module"])


def _sdk_tracker(tracker: DialogueStateTracker) -> Any:
    from rasa_sdk import Tracker

    latest = tracker.latest_message
    return Tracker(
        sender_id=tracker.sender_id,
        slots=tracker.current_slot_values(),
        latest_message=dict(latest.parse_data) if latest else {},
        events=[event.as_dict() for event in tracker.events],
        paused=tracker.is_paused(),
        followup_action=tracker.followup_action,
        active_loop=dataclasses.asdict(tracker.active_loop) if tracker.active_loop else {},
        latest_action_name=tracker.latest_action_name,
    )


def _domain_dict(domain: Any) -> dict[str, Any]:
    """The domain as actions get it. It never changes, so it is built once."""
    cached: dict[str, Any] | None = getattr(domain, "_suluh_as_dict", None)
    if cached is None:
        cached = json.loads(json.dumps(domain.as_dict()))
        domain._suluh_as_dict = cached
    return cached
