#include "authority/sdbus_versions.hpp"

namespace sandboxd::bus {

namespace {

auto wrap(Method& method) {
    return [handler = std::move(method.handler)](const sdbus::MethodCall& message) { handler(rawMessage(message)); };
}

auto wrap(Property& property) {
    return [getter = std::move(property.getter)](sdbus::PropertyGetReply& reply) { getter(rawMessage(reply)); };
}

sdbus::Flags updates(bool isConstant) {
    sdbus::Flags flags;
    flags.set(isConstant ? sdbus::Flags::CONST_PROPERTY_VALUE : sdbus::Flags::EMITS_NO_SIGNAL);
    return flags;
}

} // namespace

#if __has_include(<sdbus-c++/VTableItems.h>)

void registerInterface(sdbus::IObject& object, Interface interface) {
    std::vector<sdbus::VTableItem> items;
    for (Method& method : interface.methods) {
        items.emplace_back(sdbus::MethodVTableItem{sdbus::MethodName{method.name},
                                                   sdbus::Signature{method.in},
                                                   method.inNames,
                                                   sdbus::Signature{method.out},
                                                   method.outNames,
                                                   wrap(method),
                                                   {}});
    }
    for (Property& property : interface.properties) {
        items.emplace_back(sdbus::PropertyVTableItem{sdbus::PropertyName{property.name},
                                                     sdbus::Signature{property.signature},
                                                     wrap(property),
                                                     {},
                                                     updates(property.isConstant)});
    }
    for (Signal& signal : interface.signals) {
        items.emplace_back(sdbus::SignalVTableItem{
            sdbus::SignalName{signal.name}, sdbus::Signature{signal.signature}, signal.names, {}});
    }
    object.addVTable(sdbus::InterfaceName{interface.name}, std::move(items));
}

sdbus::Error busError(const std::string& name, const std::string& message) {
    return sdbus::Error{sdbus::Error::Name{name}, message};
}

#else

void registerInterface(sdbus::IObject& object, Interface interface) {
    for (Method& method : interface.methods) {
        object.registerMethod(interface.name, method.name, method.in, method.inNames, method.out, method.outNames,
                              wrap(method));
    }
    for (Property& property : interface.properties) {
        object.registerProperty(interface.name, property.name, property.signature, wrap(property),
                                updates(property.isConstant));
    }
    for (Signal& signal : interface.signals) {
        object.registerSignal(interface.name, signal.name, signal.signature, signal.names);
    }
    object.finishRegistration();
}

sdbus::Error busError(const std::string& name, const std::string& message) {
    return sdbus::Error{name, message};
}

#endif

} // namespace sandboxd::bus
