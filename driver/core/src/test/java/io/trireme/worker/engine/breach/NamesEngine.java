package io.trireme.worker.engine.breach;

import org.deeplearning4j.nn.api.Model;

/** An interface of engines that knows one of them. */
record NamesEngine(Model model) {}
