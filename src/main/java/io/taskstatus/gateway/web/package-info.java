/** The door for clients: what of HTTP decides how a question is asked, and how an answer is told. */
@NullMarked
package io.taskstatus.gateway.web;

import org.jspecify.annotations.NullMarked;
