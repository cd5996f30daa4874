/**
 * The language of Waybill: every command, event and query that crosses a process boundary. Type names and JSON
 * shapes in here are a storage format; {@code WireFormatTest} pins them. */
@NullMarked
package io.waybill.messages;

import org.jspecify.annotations.NullMarked;
