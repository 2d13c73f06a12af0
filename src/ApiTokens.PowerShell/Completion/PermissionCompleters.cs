using System.Collections;
using ApiTokens.PowerShell.Connections;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Completion;

/// <summary>Completes the permissions of a service that are known without a request.</summary>
public abstract class PermissionCompleter : Completer
{
    internal abstract string[] Kinds { get; }

    internal override IEnumerable<Candidate> Candidates(IDictionary bound) => ConnectionsOf(bound)
        .SelectMany(connection => connection.Tokens.KnownPermissions)
        .Where(permission => Kinds.Contains(permission.Kind))
        .Select(permission => new Candidate(permission.Value, Tip: permission.Description));
}

/// <summary>Completes scopes and presets.</summary>
public sealed class ScopeCompleter : PermissionCompleter
{
    internal override string[] Kinds => ["Preset", "Scope"];
}

/// <summary>Completes audiences.</summary>
public sealed class AudienceCompleter : PermissionCompleter
{
    internal override string[] Kinds => ["Audience"];
}

/// <summary>Completes roles.</summary>
public sealed class RoleCompleter : PermissionCompleter
{
    internal override string[] Kinds => ["Role"];
}

/// <summary>
/// Completes access by API, such as <c>location=Read</c>, with the APIs of the last catalogue or of the last listed tokens.
/// </summary>
public sealed class AccessCompleter : Completer
{
    private static readonly AccessLevel[] Levels = [AccessLevel.Read, AccessLevel.Full, AccessLevel.None];

    internal override IEnumerable<Candidate> Candidates(IDictionary bound) => ConnectionsOf(bound)
        .SelectMany(Apis)
        .SelectMany(api => Levels.Select(level => new Candidate($"{api.Value}={level}", Tip: api.Description)));

    private static IEnumerable<TokenPermission> Apis(TokenConnection connection)
    {
        IReadOnlyList<TokenPermission> known = connection.Tokens.KnownPermissions;
        return known.Count > 0
            ? known.Where(permission => permission.Kind == "Api")
            : ConnectionStore.Current.Listed.ApisOf(connection.Name).Select(api => new TokenPermission { Value = api });
    }
}
