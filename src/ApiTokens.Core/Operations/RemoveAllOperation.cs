using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>Removes all tokens of a user with one request, if the service supports that.</summary>
public sealed class RemoveAllOperation : Operation
{
    private readonly string _user;

    /// <summary>Creates the operation.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="user">The user whom the tokens act for.</param>
    public RemoveAllOperation(TokenConnection connection, string user)
        : base(connection, $"user {user}", user, user)
    {
        _user = user;
    }

    internal override async Task ExecuteAsync(OperationContext context)
    {
        foreach (string id in await Connection.Tokens.RemoveAllAsync(_user, context.CancellationToken).ConfigureAwait(false))
        {
            await ReturnAsync(id, changed: null, context).ConfigureAwait(false);
        }
    }
}
