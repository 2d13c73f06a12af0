using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Display;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Finds out which token of which connection a reference means. In doubt it refuses: nothing is done to a token that may be the wrong one.</summary>
internal sealed class TokenResolver(ApiTokenCmdlet cmdlet, IReadOnlyList<TokenConnection>? named)
{
    private readonly Dictionary<TokenConnection, ILookup<string, ApiToken>> _byName = [];
    private readonly HashSet<TokenConnection> _askedOnce = [];

    /// <summary>The connection and the token; of the token, only what is known without asking is filled.</summary>
    public (TokenConnection Connection, ApiToken Token) Resolve(TokenReference reference)
    {
        if (reference.Id is null && new NamePattern(reference.Name ?? reference.IdOrName!).MatchesEverything)
        {
            throw new ApiTokenException(
                ErrorKind.InvalidOperation,
                $"'{reference.Name ?? reference.IdOrName}' would be every token: {Command} takes tokens by id or name, one each.",
                $"If you mean all of them: Get-ApiToken -Name '*' | {Command}. If a token is called so, give its id.",
                ErrorIds.WildcardNotAllowed);
        }

        TokenConnection[] connections = ConnectionsFor(reference);
        string? id = reference.Id ?? (reference.IdOrName is { } text && connections.All(connection => connection.Tokens.IsId(text)) ? text : null);
        if (id is null)
        {
            return ByName(reference.Name ?? reference.IdOrName!, connections);
        }

        TokenConnection connection = Only(connections, id);
        return connection.Tokens.IsId(id)
            ? (connection, reference.Token ?? new ApiToken { Id = id, Name = reference.Name ?? string.Empty, Connection = connection.Name })
            : throw ApiTokenException.InvalidParameter("Id", $"'{id}' is no id of a {connection.Service} token.", "Get-ApiToken lists the ids.");
    }

    private string Command => cmdlet.MyInvocation.MyCommand.Name;

    private static TokenConnection Only(IReadOnlyList<TokenConnection> connections, string id) => connections.Count == 1
        ? connections[0]
        : throw new ApiTokenException(
            ErrorKind.InvalidArgument,
            $"The id {SecretText.Mask(id)} can belong to several connections: {string.Join<TokenConnection>(", ", connections)}.",
            "Name one with -Connection, or pipe the token from Get-ApiToken.",
            ErrorIds.AmbiguousConnection);

    private TokenConnection[] ConnectionsFor(TokenReference reference)
    {
        IReadOnlyList<TokenConnection> candidates = named ?? (reference.Connection is { } name ? [ByConnectionName(name)] : [ApiTokenCmdlet.DefaultConnection()]);
        TokenConnection[] fitting = [.. candidates.Where(connection =>
            (reference.Service is null || Same(reference.Service, connection.Service))
            && (reference.Account is null || Same(reference.Account, connection.Account)))];
        return fitting.Length > 0 ? fitting : throw new ApiTokenException(
            ErrorKind.InvalidArgument,
            $"The token {reference} belongs to {reference.Service} {reference.Account}, and the connection {string.Join(", ", candidates)} to {string.Join(", ", candidates.Select(c => $"{c.Service} {c.Account}"))}.",
            "Connect to the token's account, or leave -Connection out.",
            ErrorIds.ConnectionMismatch);
    }

    private static TokenConnection ByConnectionName(string name) => ApiTokenCmdlet.Connections.Find(name) ?? throw new ApiTokenException(
        ErrorKind.ObjectNotFound,
        $"The connection '{name}' that the token came through is not there.",
        "Connect under that name, or name another connection to the same account with -Connection.",
        ErrorIds.ConnectionNotFound);

    private (TokenConnection Connection, ApiToken Token) ByName(string name, IReadOnlyList<TokenConnection> connections)
    {
        (TokenConnection Connection, ApiToken Token)[] all = [.. connections.SelectMany(connection => Named(connection, name).Select(token => (connection, token)))];
        (TokenConnection Connection, ApiToken Token)[] exact = [.. all.Where(found => found.Token.Name == name)];
        (TokenConnection Connection, ApiToken Token)[] found = exact.Length > 0 ? exact : all;
        return found.Length switch
        {
            1 => found[0],
            0 => throw new ApiTokenException(
                ErrorKind.ObjectNotFound, $"There is no token '{SecretText.Mask(name)}' on {string.Join(", ", connections)}.", NamePattern.HasWildcards(name)
                    ? $"{Command} takes a name to the letter. If it is a pattern: Get-ApiToken -Name {CommandText.Argument(SecretText.Mask(name))} | {Command}"
                    : "Get-ApiToken lists what there is; patterns go to Get-ApiToken -Name."),
            _ => throw new ApiTokenException(
                ErrorKind.InvalidArgument,
                $"The name '{SecretText.Mask(name)}' fits {found.Length} tokens: {string.Join(", ", found.Take(20).Select(each => $"{each.Token.Id} on {each.Connection}"))}.",
                "Give the id of the one you mean.",
                ErrorIds.AmbiguousName),
        };
    }

    // One name is asked for; from the second on, one list of all serves the rest of the pipeline.
    private IEnumerable<ApiToken> Named(TokenConnection connection, string name)
    {
        if (_askedOnce.Add(connection))
        {
            var filter = new TokenFilter { Names = [NamePattern.Literal(name)] };
            return [.. cmdlet.Enumerate(cancellationToken => connection.Tokens.List(filter, cancellationToken))];
        }

        if (!_byName.TryGetValue(connection, out ILookup<string, ApiToken>? tokens))
        {
            tokens = cmdlet.Enumerate(cancellationToken => connection.Tokens.List(TokenFilter.Existing, cancellationToken)).ToLookup(token => token.Name, StringComparer.OrdinalIgnoreCase);
            _byName[connection] = tokens;
        }

        return tokens[name];
    }

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
