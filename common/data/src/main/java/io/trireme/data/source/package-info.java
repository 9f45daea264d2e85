/**
 * Where examples come from: the interfaces that a format implements to be read, found by the name
 * that a job file says, and what formats of files share. Nothing here knows Spark: a source says
 * which parts can be read at the same time, and the driver's preparation reads them.
 */
@NullMarked
package io.trireme.data.source;

import org.jspecify.annotations.NullMarked;
