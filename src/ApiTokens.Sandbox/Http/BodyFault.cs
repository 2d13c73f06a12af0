namespace ApiTokens.Sandbox.Http;

/// <summary>What is wrong with a request body. Each emulator says it in its own words.</summary>
internal enum BodyFaultKind
{
    Missing,
    NotJson,
    NotAnObject,
    UnknownField,
    WrongType,
}

/// <param name="Kind">What is wrong.</param>
/// <param name="Field">The field that is wrong; empty when it is the whole body.</param>
/// <param name="Detail">What was expected, or where parsing stopped.</param>
internal readonly record struct BodyFault(BodyFaultKind Kind, string Field, string Detail);
