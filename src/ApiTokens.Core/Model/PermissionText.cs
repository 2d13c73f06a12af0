namespace ApiTokens;

/// <summary>Formats the permissions of a token in one line: the role, the audiences and scopes, or the access by API.</summary>
public static class PermissionText
{
    /// <summary>Formats the permissions of a token.</summary>
    /// <param name="token">The token.</param>
    /// <returns>For example <c>Engineers</c>, or <c>location=Read</c>.</returns>
    public static string Of(ApiToken token) =>
        Of(token.Role, token.Audience, token.Scope, token.Access?.Select(entry => (entry.Key, entry.Value.ToString())));

    /// <summary>Formats permissions.</summary>
    /// <param name="role">The role.</param>
    /// <param name="audience">The audiences.</param>
    /// <param name="scope">The scopes.</param>
    /// <param name="access">The access level by API. The result is sorted by API and omits APIs without access.</param>
    /// <returns>The line.</returns>
    public static string Of(string? role, IEnumerable<string> audience, IEnumerable<string> scope,
        IEnumerable<(string Api, string Level)>? access) => string.Join(
        " ",
        ((IEnumerable<string?>)[role, .. audience, .. scope, .. Granted(access ?? [])]).Where(part => !string.IsNullOrEmpty(part)));

    private static IEnumerable<string> Granted(IEnumerable<(string Api, string Level)> access) => access
        .Where(entry => entry.Level != nameof(AccessLevel.None))
        .OrderBy(entry => entry.Api, StringComparer.OrdinalIgnoreCase)
        .Select(entry => $"{entry.Api}={entry.Level}");
}
