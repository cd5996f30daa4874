package io.waybill.axonserver.http;

import java.util.AbstractMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The fields of a JSON object, in the order in which they were added. */
final class Fields extends AbstractMap<String, Object> {

    private final Map<String, Object> fields = new LinkedHashMap<>();

    private Fields() {}

    static Fields of(String name, Object value) {
        return new Fields().and(name, value);
    }

    Fields and(String name, Object value) {
        fields.put(name, value);
        return this;
    }

    @Override
    public Set<Entry<String, Object>> entrySet() {
        return fields.entrySet();
    }
}
