using System.Management.Automation;
using ApiTokens.Operations;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Removes tokens for good; where the service calls it so, revokes them.</summary>
[Cmdlet(VerbsCommon.Remove, "ApiToken", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = TokenSet)]
[Alias("Revoke-ApiToken")]
[OutputType(typeof(ApiToken))]
public sealed class RemoveApiTokenCommand : TokenCmdlet
{
    private const string AllSet = "All";
    private const string DueSet = "Due";

    /// <summary>With -All: whose tokens.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AllSet)]
    [Alias("Owner")]
    public string User { get; set; } = string.Empty;

    /// <summary>All tokens of -User: one request where the service has one, else one by one.</summary>
    [Parameter(Mandatory = true, ParameterSetName = AllSet)]
    public SwitchParameter All { get; set; }

    /// <summary>The old tokens of Reset-ApiToken -GracePeriod that have fallen due by -JournalPath: each is removed, or disabled where that was asked for.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DueSet)]
    public SwitchParameter Due { get; set; }

    /// <summary>Also removes the token that the connection itself is using.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    internal override string Operation => "Remove";

    internal override string JournalOperation => ParameterSetName == DueSet ? Journal.Retirement : Operation;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (ParameterSetName == DueSet && JournalPath is null)
        {
            FailTerminating(
                ApiTokenException.InvalidParameter("Due", "it needs -JournalPath: the journal of Reset-ApiToken -GracePeriod tells what is due.", "Give the path that Reset-ApiToken was given."),
                null);
        }

        // A path that is wrong must not look like one at which nothing is due.
        if (ParameterSetName == DueSet && !IsThere(JournalPath!))
        {
            FailTerminating(
                new ApiTokenException(ErrorKind.ObjectNotFound, $"-JournalPath: there is no journal '{JournalPath}'.", "Give the path that Reset-ApiToken -GracePeriod was given.", ErrorIds.JournalNotFound),
                JournalPath);
        }

        base.BeginProcessing();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == TokenSet)
        {
            base.ProcessRecord();
            return;
        }

        if (ParameterSetName == DueSet)
        {
            foreach (DueToken due in Journal!.DueAt(DateTimeOffset.UtcNow))
            {
                Retire(due);
            }

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
        cancellationToken => IsGoneAsync(connection, token.Id, cancellationToken);

    internal override Func<OperationContext, Task> Plan(TokenConnection connection, ApiToken token) => async context =>
    {
        // A record of what is gone, as Find-ApiToken gives where the service still lists it: nothing is left to remove.
        if (token.Status == TokenStatus.Revoked)
        {
            await PassAsync(connection, token.Id, token, context).ConfigureAwait(false);
            return;
        }

        await GuardOwnTokenAsync(connection, token, Force, context.CancellationToken).ConfigureAwait(false);
        ApiToken? removed = PassThru && token.CreatedAt is null ? await connection.Tokens.GetAsync(token.Id, context.CancellationToken).ConfigureAwait(false) : token;
        await connection.Tokens.RemoveAsync(token.Id, context.CancellationToken).ConfigureAwait(false);
        await PassAsync(connection, token.Id, removed, context).ConfigureAwait(false);
    };

    private bool IsThere(string journal)
    {
        try
        {
            return File.Exists(FullJournalPath(journal));
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, journal);
            throw;
        }
    }

    private void Retire(DueToken due)
    {
        TokenConnection[] fitting =
        [
            .. (Named ?? Connections.All)
                .Where(connection => Same(connection.Service, due.Service) && Same(connection.Account, due.Account))
                .OrderBy(connection => Same(connection.Name, due.Connection) ? 0 : 1),
        ];
        var token = new ApiToken { Connection = due.Connection ?? string.Empty, Service = due.Service, Account = due.Account, Id = due.Id, Name = due.Name };
        if (fitting.Length == 0 && Named is not null)
        {
            WriteVerbose(VisibleText.Printable($"{token} is due since {due.At:u}, and is of {due.Service} {due.Account}: left out."));
        }
        else if (fitting.Length == 0)
        {
            Fail(
                new ApiTokenException(
                    ErrorKind.ObjectNotFound, $"The token {token} is due since {due.At:u}, and there is no connection to {due.Service} {due.Account}.", "Connect to it, or name with -Connection what is to be looked after.", ErrorIds.ConnectionNotFound),
                token);
        }
        else if (Ask($"{token} on {Describe(fitting[0])}", due.Predecessor == OldTokenAction.Disable ? "Disable API token" : Action))
        {
            TokenConnection connection = fitting[0];
            string successor = Journal!.SuccessorOf(due);
            Queue(new Operation(connection, due.Id, due.Name, token, async context =>
            {
                await GuardOwnTokenAsync(connection, token, Force, context.CancellationToken).ConfigureAwait(false);
                if (await TokenReset.RetireAsync(connection, due, successor, context).ConfigureAwait(false) is { } retired)
                {
                    await PassAsync(connection, due.Id, retired, context).ConfigureAwait(false);
                }
            }));
        }
    }

    private static bool Same(string left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static async Task<bool> IsGoneAsync(TokenConnection connection, string id, CancellationToken cancellationToken)
    {
        try
        {
            return (await connection.Tokens.GetAsync(id, cancellationToken).ConfigureAwait(false)).Status == TokenStatus.Revoked;
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
            foreach (ApiToken token in Enumerate(cancellationToken => connection.Tokens.List(new TokenFilter { User = User }, cancellationToken)))
            {
                Submit(connection, token, token);
            }
        }
        else if (Ask($"all tokens of '{User}' on {Describe(connection)}", "Remove API tokens"))
        {
            Queue(new Operation(connection, $"user {User}", User, User, async context =>
            {
                foreach (string id in await connection.Tokens.RemoveAllAsync(User, context.CancellationToken).ConfigureAwait(false))
                {
                    await PassAsync(connection, id, null, context).ConfigureAwait(false);
                }
            }));
        }
    }
}
