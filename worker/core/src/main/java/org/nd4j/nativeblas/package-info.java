/**
 * One class under a name that DL4J 1.0.0-M2.1 looks for and that has moved; without it oneDNN stays
 * off. Nothing else belongs here.
 */
@NullMarked
package org.nd4j.nativeblas;

import org.jspecify.annotations.NullMarked;
