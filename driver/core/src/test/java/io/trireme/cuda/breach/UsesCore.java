package io.trireme.cuda.breach;

import io.trireme.common.slots.TreeNode;

/** The GPU's room that needs another. */
record UsesCore(TreeNode node) {}
