using System.Management.Automation;
using ApiTokens.Journal;
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

    internal override string OperationName => "Remove";

    internal override string JournalOperation => ParameterSetName == DueSet ? JournalOperations.Retire : OperationName;

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
            foreach (DueToken due in Retirements!.DueAt(Clock.UtcNow))
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

    internal override Operation CreateOperation(TokenConnection connection, ApiToken token, object target) =>
        new RemoveOperation(connection, token) { Target = target, ReturnsToken = PassThru, AllowOwnToken = Force };

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
        AccountIdentity account = due.Token.Account;
        TokenConnection? connection = (Named ?? Connections.All)
            .Where(candidate => candidate.AccountIdentity.Equals(account))
            .OrderBy(candidate => string.Equals(candidate.Name, due.Connection, StringComparison.OrdinalIgnoreCase) ? 0 : 1)
            .FirstOrDefault();
        var token = new ApiToken { Connection = due.Connection ?? string.Empty, Service = account.Service, Account = account.Account, Id = due.Id, Name = due.Name };
        if (connection is null && Named is not null)
        {
            WriteVerbose(VisibleText.Printable($"{token} is due since {due.At:u}, and belongs to {account}: skipped."));
        }
        else if (connection is null)
        {
            Fail(
                new ApiTokenException(
                    ErrorKind.ObjectNotFound,
                    $"The token {token} is due since {due.At:u}, and there is no connection to {account}.",
                    "Connect to it, or specify with -Connection which accounts to process.",
                    ErrorIds.ConnectionNotFound),
                token);
        }
        else if (Ask($"{token} on {Describe(connection)}", due.Predecessor == OldTokenAction.Disable ? "Disable API token" : Action))
        {
            Queue(new RetireOperation(connection, due, Retirements!.SuccessorOf(due)) { Target = token, ReturnsToken = PassThru, AllowOwnToken = Force });
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
            Queue(new RemoveAllOperation(connection, User) { ReturnsToken = PassThru });
        }
    }
}
