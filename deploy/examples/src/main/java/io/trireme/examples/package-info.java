/** Programs that train with Trireme's library; each stands alone. */
package io.trireme.examples;
