using System.Management.Automation;
using ApiTokens.Bulk;
using ApiTokens.Http;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Removes tokens for good; where the service calls it so, revokes them.</summary>
[Cmdlet(VerbsCommon.Remove, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = TokenSet)]
[Alias("Revoke-ApiToken")]
[OutputType(typeof(ApiToken))]
public sealed class RemoveApiTokenCommand : TokenCmdlet
{
    private const string AllSet = "All";

    /// <summary>With -All: whose tokens.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AllSet)]
    [Alias("Owner")]
    public string User { get; set; } = string.Empty;

    /// <summary>All tokens of -User: one request where the service has one, else one by one.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AllSet)]
    public SwitchParameter All { get; set; }

    /// <summary>Also removes the token that the connection itself is using.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    internal override string Operation => "Remove";

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == TokenSet)
        {
            base.ProcessRecord();
            return;
        }

        foreach (TokenConnection connection in ResolveConnections(Connection))
        {
            try
            {
                RemoveAllOfUser(connection);
            }
            catch (ApiTokenException e)
            {
                Fail(e, connection);
            }
        }
    }

    internal override Func<CancellationToken, Task<bool>>? IsDone(TokenConnection connection, ApiToken token) =>
        stop => IsGoneAsync(connection, token.Id, stop);

    internal override Func<OperationContext, Task> Plan(TokenConnection connection, ApiToken token) => async context =>
    {
        await GuardOwnTokenAsync(connection, token, Force, context.Stop).ConfigureAwait(false);
        ApiToken? removed = PassThru && token.CreatedAt is null ? await connection.Tokens.GetAsync(token.Id, context.Stop).ConfigureAwait(false) : token;
        await connection.Tokens.RemoveAsync(token.Id, context.Stop).ConfigureAwait(false);
        await PassAsync(connection, token.Id, removed, context).ConfigureAwait(false);
    };

    private static async Task<bool> IsGoneAsync(TokenConnection connection, string id, CancellationToken stop)
    {
        try
        {
            return (await connection.Tokens.GetAsync(id, stop).ConfigureAwait(false)).Status == TokenStatus.Revoked;
        }
        catch (ApiTokenException e) when (e.Kind == ErrorKind.ObjectNotFound)
        {
            return true;
        }
    }

    private void RemoveAllOfUser(TokenConnection connection)
    {
        if (!connection.Capabilities.RemoveAll)
        {
            foreach (ApiToken token in Enumerate(stop => connection.Tokens.ListAsync(new TokenFilter { User = User }, stop)))
            {
                Submit(connection, token, token);
            }
        }
        else if (ShouldProcess($"all tokens of '{User}' on {connection.Name} ({connection.Service} {connection.Account})", "Remove API tokens"))
        {
            Queue(new Operation(connection, $"user {User}", User, User, async context =>
            {
                foreach (string id in await connection.Tokens.RemoveAllAsync(User, context.Stop).ConfigureAwait(false))
                {
                    await PassAsync(connection, id, null, context).ConfigureAwait(false);
                }
            }));
        }
    }
}
