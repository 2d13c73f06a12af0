namespace ApiTokens.Sandbox.Http;

/// <summary>The kind of an invalid request body. Each emulator returns it in the format of its service.</summary>
internal enum BodyFaultKind
{
    Missing,
    NotJson,
    NotAnObject,
    UnknownField,
    WrongType,
}

/// <param name="Kind">The kind.</param>
/// <param name="Field">The invalid field; empty if the body itself is invalid.</param>
/// <param name="Detail">The expected value, or the position of the parse error.</param>
internal readonly record struct BodyFault(BodyFaultKind Kind, string Field, string Detail);
