namespace ApiTokens.Sandbox.Emulators.Wegnology;

/// <summary>The caller of a request, and the creator of the tokens that it creates.</summary>
internal sealed record WegnologyCaller(Owner Owner, Creator Creator, IReadOnlyList<string> Scopes);
