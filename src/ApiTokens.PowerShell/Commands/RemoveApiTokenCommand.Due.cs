using ApiTokens.Journal;
using ApiTokens.Operations;
using ApiTokens.PowerShell.Delivery;
using ApiTokens.PowerShell.Display;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <content>-Due: the tokens that a journal schedules to be retired.</content>
public sealed partial class RemoveApiTokenCommand
{
    private bool JournalExists(string path)
    {
        try
        {
            return File.Exists(FullJournalPath(path));
        }
        catch (ApiTokenException e)
        {
            FailTerminating(e, path);
            throw;
        }
    }

    private void RetireDue(RetirementSchedule retirements, DateTimeOffset now)
    {
        IReadOnlyList<DueToken> due = retirements.DueAt(now);
        foreach (DueToken token in due)
        {
            Retire(token);
        }

        string waiting = StageText.OfWaiting(retirements.WaitingAt(now), now);
        WriteVerbose(waiting);
        if (due.Count == 0)
        {
            WriteConsoleLine($"No token is due. {waiting}");
        }
    }

    private void Retire(DueToken due)
    {
        AccountIdentity account = due.Token.Account;
        TokenConnection? connection = (Named ?? Connections.All)
            .Where(candidate => candidate.AccountIdentity.Equals(account))
            .OrderBy(candidate => string.Equals(candidate.Name, due.Connection, StringComparison.OrdinalIgnoreCase) ? 0 : 1)
            .FirstOrDefault();
        var token = new ApiToken
        {
            Connection = due.Connection ?? string.Empty,
            Service = account.Service,
            Account = account.Account,
            BaseUri = account.BaseUri,
            Id = due.Id,
            Name = due.Name,
        };
        if (connection is null && Named is not null)
        {
            WriteVerbose(
                ForeignText.InMessage($"Skipped the token {token}, which is due at {due.At:u} and belongs to {account}."));
        }
        else if (connection is null)
        {
            Fail(
                new ApiTokenException(
                    ErrorKind.ObjectNotFound,
                    $"The token {token} is due at {due.At:u}, but there is no connection to {account}.",
                    "Connect to the account, or use -Connection to specify the accounts to process.",
                    ErrorIds.ConnectionNotFound),
                token);
        }
        else
        {
            Retire(connection, due, token);
        }
    }

    private void Retire(TokenConnection connection, DueToken due, ApiToken token)
    {
        var operation = new RetireOperation(connection, due, Retirements!.SuccessorOf(due))
        {
            Target = token,
            ReturnsToken = PassThru,
            AllowOwnToken = Force,
            AllowMissing = Force,
            Verify = ScriptCall.Verification(this, Verify),
        };
        string subject = $"{token} on {Describe(connection)}";
        string action = due.Predecessor == OldTokenAction.Disable ? "Disable API token" : Action;
        if (IsWhatIf)
        {
            ShowWhatIf(subject, Check(operation).Refusal is { } refusal ? ReasonOf(refusal) : null, action);
        }
        else if (IsConfirmedAfterCheck(connection, operation, due, token) && Confirm(subject, action))
        {
            Queue(operation);
        }
    }

    // Nobody is asked about a token that is then refused.
    private bool IsConfirmedAfterCheck(TokenConnection connection, RetireOperation operation, DueToken due, ApiToken token)
    {
        bool trustsName = Force || IsConfirmed == true;
        if (trustsName && !AsksForEach)
        {
            return true;
        }

        (ApiToken? existing, ApiTokenException? refusal) = Check(operation);
        if (refusal is not null)
        {
            Fail(refusal, token);
            return false;
        }

        return trustsName || existing is null || ConfirmName(connection, due, token, existing.Name);
    }

    private (ApiToken? Existing, ApiTokenException? Refusal) Check(RetireOperation operation)
    {
        try
        {
            return (Wait(operation.CheckAsync), null);
        }
        catch (ApiTokenException e)
        {
            return (null, e);
        }
    }

    // Any program that can write the journal can add a line with the id of another token.
    private bool ConfirmName(TokenConnection connection, DueToken due, ApiToken token, string name)
    {
        if (name == due.Name)
        {
            return true;
        }

        string difference = $"The journal calls the token {due.Id} on {Describe(connection)} '{due.Name}', but its name is '{name}'.";
        if (TryContinue(difference, $"{Action}: is it the token that is meant?") is { } answer)
        {
            return answer;
        }

        Fail(
            new ApiTokenException(
                ErrorKind.InvalidOperation,
                $"{difference} The session cannot prompt for confirmation.",
                "Check who wrote the journal. If the token is the one that is meant, specify -Force or -Confirm:$false.",
                ErrorIds.ConfirmationNeeded),
            token);
        return false;
    }
}
